import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  auditQuery,
  branchQuery,
  checkoutBranch,
  createBranch,
  createSyncTask,
  pageQuery,
  refName,
  registerRepo,
  runQuery,
  updateRepo,
  updateSyncTask,
} from '../../src/contract/index.ts'
import { type GitferryError, invalidInput, isGitferryError, parseInput } from '../../src/errors/index.ts'

function refusal(schema: z.ZodType, input: unknown): GitferryError {
  try {
    parseInput(schema, input)
  } catch (error) {
    if (isGitferryError(error)) return error
    throw error
  }
  throw new Error('it was accepted')
}

const number = z.number({ error: 'must be a number' })

describe('the error of an invalid input', () => {
  it('names the field, in the message and in the details', () => {
    expect(refusal(z.object({ size: number }), { size: 'x' })).toMatchObject({
      code: 'INVALID_INPUT',
      status: 400,
      message: 'size: must be a number',
      details: { field: 'size', fields: [{ field: 'size', message: 'must be a number' }] },
    })
  })

  it('names every field that is wrong, the first one as the field', () => {
    const error = refusal(z.object({ a: number, b: number, c: number }), { a: 'x', b: 1, c: 'z' })
    expect(error.message).toBe('a: must be a number; c: must be a number')
    expect(error.details).toEqual({
      field: 'a',
      fields: [
        { field: 'a', message: 'must be a number' },
        { field: 'c', message: 'must be a number' },
      ],
    })
  })

  it('names a place within a field by its path', () => {
    const schema = z.object({ list: z.array(z.object({ size: number })) })
    expect(refusal(schema, { list: [{ size: 1 }, { size: 'x' }] }).details.field).toBe('list.1.size')
  })

  it.each([[5], [null], [undefined], [[]]])('calls the whole input the body: %j', (input) => {
    expect(refusal(z.object({ a: number }), input).details.field).toBe('body')
  })

  it('is made of a zod error too', () => {
    const { error } = z.object({ a: number }).safeParse({})
    expect(invalidInput(error!)).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'a' } })
  })

  describe('has a code', () => {
    const schema = z.object({ from: refName, to: refName, size: number })
    it.each([
      [{ from: 'a..b', to: 'ok', size: 1 }, 'REF_INVALID'],
      [{ from: 'a..b', to: '-x', size: 1 }, 'REF_INVALID'],
      [{ from: 'a..b', to: 'ok', size: 'x' }, 'INVALID_INPUT'],
      [{ from: 'ok', to: 'ok', size: 'x' }, 'INVALID_INPUT'],
      [{ from: 5, to: 'ok', size: 1 }, 'INVALID_INPUT'],
      [{ from: 'a..b', size: 1 }, 'INVALID_INPUT'],
    ])('%j: %s', (input, code) => {
      expect(refusal(schema, input).code).toBe(code)
    })

    it('REF_INVALID only for the rule on ref names, not for any rule of our own', () => {
      const own = z.object({ even: z.number().refine((value) => value % 2 === 0, 'must be even') })
      expect(refusal(own, { even: 1 }).code).toBe('INVALID_INPUT')
    })
  })

  it('answers what the schema makes of a valid input', () => {
    expect(parseInput(z.object({ size: number.default(3) }), {})).toEqual({ size: 3 })
  })
})

describe('what a caller sent is not echoed', () => {
  const secret = 'hunter2..'
  const schemas = {
    auditQuery,
    branchQuery,
    checkoutBranch,
    createBranch,
    createSyncTask,
    pageQuery,
    registerRepo,
    runQuery,
    updateRepo,
    updateSyncTask,
  }
  const fields: Record<keyof typeof schemas, readonly string[]> = {
    auditQuery: ['page', 'page_size', 'type', 'object_type', 'object_id', 'start_time', 'end_time'],
    branchQuery: ['page', 'type'],
    checkoutBranch: ['branch', 'name'],
    createBranch: ['name', 'base_branch', 'base_ref'],
    createSyncTask: [
      'repo_id',
      'source_remote',
      'source_branch',
      'target_repo_id',
      'target_remote',
      'target_branch',
      'misfire',
      'mode',
      'on_diverge',
      'enabled',
      'refs',
      'priority',
    ],
    pageQuery: ['page', 'page_size'],
    registerRepo: ['ssh_key_id'],
    runQuery: ['task_id', 'repo_id', 'status', 'trigger', 'since'],
    updateRepo: ['ssh_key_id'],
    updateSyncTask: ['repo_id', 'source_remote', 'source_branch', 'mode', 'misfire', 'keep_days'],
  }

  it.each(
    Object.entries(fields).flatMap(([name, list]) =>
      list.map((field) => ({ name: name as keyof typeof schemas, field })),
    ),
  )('by $name, not in $field', ({ name, field }) => {
    for (const value of [secret, [secret], { [secret]: secret }, `${secret}\n`]) {
      const error = refusal(schemas[name], { [field]: value })
      expect(JSON.stringify([error.message, error.details])).not.toContain(secret)
      expect(error.cause).toBeUndefined()
    }
  })
})
