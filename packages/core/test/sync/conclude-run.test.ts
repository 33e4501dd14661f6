import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RefOutcome, RunRef } from '../../src/contract/index.ts'
import { refOutcome } from '../../src/contract/run.ts'
import { commitRange, concludeRun } from '../../src/sync/conclude-run.ts'

const a = 'a'.repeat(40)
const b = 'b'.repeat(40)

const ref = (outcome: RefOutcome, given: Partial<RunRef> = {}): RunRef => ({
  source_ref: 'refs/heads/main',
  target_ref: 'refs/heads/main',
  action: 'fast-forward',
  old_oid: a,
  new_oid: b,
  outcome,
  reason: `why ${outcome}`,
  failure_class: null,
  ...given,
})

const nothing = {
  commit_range: '',
  refs_changed: 0,
  refs_failed: 0,
  error_code: null,
  error_message: null,
  failure_class: null,
}

describe('the commit range of a ref', () => {
  it.each([
    ['an update', a, b, `${a}..${b}`],
    ['a new branch', null, b, b],
    ['a deleted branch', a, null, `${a}..`],
    ['nothing', null, null, ''],
  ])('%s', (_, old_oid, new_oid, range) => {
    expect(commitRange({ old_oid, new_oid })).toBe(range)
  })
})

describe('what a run came to', () => {
  it('without refs is a success: both sides were in step', () => {
    expect(concludeRun([], 1)).toEqual({ ...nothing, status: 'success', refs_total: 1 })
  })

  it.each([
    {
      refs: [ref('updated')],
      came: { status: 'success', commit_range: `${a}..${b}`, refs_changed: 1 },
    },
    {
      refs: [ref('updated', { old_oid: null, action: 'create' })],
      came: { status: 'success', commit_range: b, refs_changed: 1 },
    },
    {
      refs: [ref('updated'), ref('updated', { target_ref: 'refs/tags/v1', old_oid: null })],
      came: {
        status: 'success',
        commit_range: `refs/heads/main: ${a}..${b}; refs/tags/v1: ${b}`,
        refs_changed: 2,
      },
    },
    { refs: [ref('in_step')], came: { status: 'success' } },
    { refs: [ref('skipped')], came: { status: 'success' } },
    {
      refs: [ref('updated'), ref('skipped'), ref('in_step')],
      came: { status: 'success', commit_range: `${a}..${b}`, refs_changed: 1 },
    },
    {
      refs: [ref('conflict')],
      came: {
        status: 'conflict',
        refs_failed: 1,
        error_code: 'SYNC_CONFLICT',
        failure_class: 'policy',
        error_message: 'refs/heads/main: why conflict',
      },
    },
    {
      refs: [ref('skipped'), ref('conflict'), ref('in_step')],
      came: {
        status: 'conflict',
        refs_failed: 1,
        error_code: 'SYNC_CONFLICT',
        failure_class: 'policy',
        error_message: 'refs/heads/main: why conflict',
      },
    },
    ...(['checked_out', 'stale', 'rejected', 'failed'] as const).map((outcome) => ({
      refs: [ref(outcome)],
      came: {
        status: 'failed',
        refs_failed: 1,
        error_code: 'GIT_REJECTED',
        error_message: `refs/heads/main: why ${outcome}`,
      },
    })),
    {
      refs: [ref('failed'), ref('protected', { target_ref: 'refs/heads/b' })],
      came: {
        status: 'failed',
        refs_failed: 2,
        error_code: 'REF_PROTECTED',
        error_message: 'refs/heads/b: why protected',
      },
    },
    {
      refs: [ref('conflict'), ref('rejected', { target_ref: 'refs/heads/b' })],
      came: {
        status: 'failed',
        refs_failed: 2,
        error_code: 'GIT_REJECTED',
        error_message: 'refs/heads/b: why rejected',
      },
    },
    {
      refs: [ref('failed'), ref('rejected', { target_ref: 'refs/heads/b' })],
      came: {
        status: 'failed',
        refs_failed: 2,
        error_code: 'GIT_REJECTED',
        error_message: 'refs/heads/b: why rejected',
      },
    },
    {
      refs: [ref('conflict', { target_ref: 'refs/heads/b' }), ref('updated')],
      came: {
        status: 'partial',
        commit_range: `${a}..${b}`,
        refs_changed: 1,
        refs_failed: 1,
        error_code: 'SYNC_CONFLICT',
        failure_class: 'policy',
        error_message: 'refs/heads/b: why conflict',
      },
    },
    {
      refs: [ref('updated'), ref('stale', { target_ref: 'refs/heads/b' })],
      came: {
        status: 'partial',
        commit_range: `${a}..${b}`,
        refs_changed: 1,
        refs_failed: 1,
        error_code: 'GIT_REJECTED',
        error_message: 'refs/heads/b: why stale',
      },
    },
    {
      refs: [ref('held')],
      came: {
        status: 'conflict',
        refs_failed: 1,
        error_code: 'APPROVAL_REQUIRED',
        error_message: 'refs/heads/main: why held',
        failure_class: 'policy',
      },
    },
    {
      refs: [ref('held', { target_ref: 'refs/heads/b' }), ref('updated'), ref('held')],
      came: {
        status: 'partial',
        commit_range: `${a}..${b}`,
        refs_changed: 1,
        refs_failed: 2,
        error_code: 'APPROVAL_REQUIRED',
        error_message: 'refs/heads/b: why held',
        failure_class: 'policy',
      },
    },
    {
      refs: [ref('held'), ref('conflict', { target_ref: 'refs/heads/b' })],
      came: {
        status: 'conflict',
        refs_failed: 2,
        error_code: 'SYNC_CONFLICT',
        error_message: 'refs/heads/b: why conflict',
        failure_class: 'policy',
      },
    },
    {
      refs: [ref('held'), ref('stale', { target_ref: 'refs/heads/b', failure_class: 'race' })],
      came: {
        status: 'failed',
        refs_failed: 2,
        error_code: 'GIT_REJECTED',
        error_message: 'refs/heads/b: why stale',
        failure_class: 'race',
      },
    },
  ])('$came.status: $refs.0.outcome $refs.1.outcome $refs.2.outcome', ({ refs, came }) => {
    expect(concludeRun(refs, 7)).toEqual({ ...nothing, refs_total: 7, ...came })
  })

  it('names no more than twenty ranges, and says how many more there are', () => {
    const updated = (count: number) =>
      Array.from({ length: count }, (_, at) => ref('updated', { target_ref: `refs/heads/${at}` }))
    const { commit_range } = concludeRun(updated(23), 23)
    const named = commit_range.split('; ')
    expect(named).toHaveLength(21)
    expect(named[19]).toBe(`refs/heads/19: ${a}..${b}`)
    expect(named[20]).toBe('and 3 more')
    expect(concludeRun(updated(20), 20).commit_range.split('; ')).toHaveLength(20)
  })

  const anyRefs = fc.array(
    fc.constantFrom(...refOutcome.options).map((outcome) => ref(outcome)),
    { maxLength: 6 },
  )

  it('names an error exactly when it is no success', () => {
    fc.assert(
      fc.property(anyRefs, (refs) => {
        const { status, error_code, error_message, refs_failed } = concludeRun(refs, refs.length)
        const isSuccess = status === 'success'
        expect([error_code === null, error_message === null, refs_failed === 0]).toEqual([
          isSuccess,
          isSuccess,
          isSuccess,
        ])
      }),
    )
  })

  it('does not hang on the order of the refs, but for what it names first', () => {
    fc.assert(
      fc.property(anyRefs, (refs) => {
        const there = concludeRun(refs, 6)
        const back = concludeRun(refs.toReversed(), 6)
        expect({ ...there, error_message: '' }).toEqual({ ...back, error_message: '' })
      }),
    )
  })
})
