import { describe, expect, it } from 'vitest'
import { createSyncTask, type SyncTaskRow, updateSyncTask } from '../../src/contract/index.ts'
import { parseInput } from '../../src/errors/index.ts'
import { changedFields, isSameRule, newTask } from '../../src/services/task-fields.ts'

const at = '2026-01-02T03:04:05.678Z'
const body = {
  name: 'mine',
  repo_id: 1,
  source_branch: 'main',
  target_repo_id: 2,
  target_remote: 'backup',
  target_branch: 'copy',
}
const rowOf = (input: unknown): SyncTaskRow => ({
  ...newTask(parseInput(createSyncTask, input)),
  id: 1,
  created_at: at,
  updated_at: at,
  version: 1,
})
const change = (known: SyncTaskRow, input: unknown) => changedFields(known, parseInput(updateSyncTask, input))

describe('what is empty in a change of a sync task means what it means in a new one', () => {
  it.each([
    ['target_branch', '', 'main'],
    ['target_branch', null, 'main'],
    ['target_repo_id', null, 1],
    ['name', '', 'origin/main → backup/copy'],
    ['name', null, 'origin/main → backup/copy'],
    ['source_remote', null, 'origin'],
    ['target_remote', '', 'origin'],
    ['cron_expression', null, ''],
  ])('%s %j is %j', (field, empty, meaning) => {
    expect(rowOf({ ...body, [field]: empty })).toMatchObject({ [field]: meaning })
    expect(change(rowOf(body), { [field]: empty })).toEqual({ [field]: meaning })
  })

  it('by the other fields of the same change', () => {
    expect(change(rowOf(body), { source_branch: 'next', target_branch: '', name: '' })).toEqual({
      source_branch: 'next',
      target_branch: 'next',
      name: 'origin/next → backup/next',
    })
    expect(change(rowOf(body), { repo_id: 3, target_repo_id: null })).toEqual({
      repo_id: 3,
      target_repo_id: 3,
    })
  })

  it('so the body of a creation, sent again, changes nothing', () => {
    const empty = {
      ...body,
      name: '',
      source_remote: '',
      target_branch: '',
      target_repo_id: null,
      cron: null,
    }
    const row = rowOf(empty)
    expect({ ...row, ...change(row, empty) }).toEqual(row)
  })

  it('and what is absent stays as it is', () => {
    expect(change(rowOf(body), { source_branch: 'next' })).toEqual({ source_branch: 'next' })
  })
})

describe('two states of one task are the same rule', () => {
  const row = rowOf(body)

  it('whatever its runs and its schedule have made of it', () => {
    const state = {
      ...{ paused_at: at, paused_reason: 'by hand', failure_count: 3, next_run_at: at, last_run_at: at },
      ...{ last_status: 'failed' as const, updated_at: '2026-02-03T04:05:06.789Z', version: 7 },
    }
    expect(isSameRule(row, { ...row, ...state })).toBe(true)
  })

  it('unless a field that somebody can write differs', () => {
    const written = Object.keys(newTask(parseInput(createSyncTask, body))) as (keyof SyncTaskRow)[]
    const state = ['paused_at', 'paused_reason', 'failure_count', 'next_run_at', 'last_run_at', 'last_status']
    const differing = written.filter((field) => !isSameRule(row, { ...row, [field]: ['something else'] }))
    expect(differing.sort()).toEqual(written.filter((field) => !state.includes(field)).sort())
    expect(differing).toHaveLength(written.length - state.length)
  })
})
