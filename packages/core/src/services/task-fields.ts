import type { z } from 'zod'
import {
  type createSyncTask,
  type SyncTaskRow,
  syncTaskDefaults,
  type updateSyncTask,
} from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { NewRow } from '../ports/index.ts'

/** A task before its times of creation are set. */
type NewTask = Omit<NewRow<SyncTaskRow>, 'created_at' | 'updated_at'>

type Asked = Pick<SyncTaskRow, 'repo_id' | 'source_remote' | 'target_remote'> & {
  readonly mode?: SyncTaskRow['mode'] | undefined
  readonly name?: string | null | undefined
  readonly source_branch?: string | null | undefined
  readonly target_repo_id?: number | null | undefined
  readonly target_branch?: string | null | undefined
}

/** What is left empty means the source’s repository and branch, and a name made of both sides; a mirror has no branch. */
function filled(
  input: Asked,
): Pick<SyncTaskRow, 'name' | 'source_branch' | 'target_repo_id' | 'target_branch'> {
  const isMirror = input.mode === 'mirror'
  const source_branch = isMirror ? '' : (input.source_branch ?? '')
  const target_branch = isMirror ? '' : input.target_branch || source_branch
  const source = [input.source_remote, source_branch].filter(Boolean).join('/')
  const target = [input.target_remote, target_branch].filter(Boolean).join('/')
  return {
    name: input.name || `${source} → ${target}`,
    source_branch,
    target_repo_id: input.target_repo_id ?? input.repo_id,
    target_branch,
  }
}

/** A new task: what was asked for, and the documented defaults for the rest. */
export function newTask(input: z.output<typeof createSyncTask>): NewTask {
  return {
    ...structuredClone(syncTaskDefaults),
    ...(input.mode === 'mirror' && { tags: true }),
    ...withoutUndefined(input),
    ...filled(input),
    cron_expression: (input.cron_expression ?? '').trim(),
    paused_at: null,
    paused_reason: null,
    failure_count: 0,
    next_run_at: null,
    last_run_at: null,
    last_status: null,
  } as NewTask
}

/**
 * What an update changes: the fields that it carries, an empty one meaning what it means in a new task, and with a
 * resumed task its pause and its failures. A task that becomes a mirror has no branches any more, and carries tags
 * unless the update says otherwise.
 * @throws INVALID_INPUT naming `source_branch` when a mirror becomes a task of one branch and none is given
 */
export function changedFields(
  known: SyncTaskRow,
  { cron_expression, paused_at, ...changes }: z.output<typeof updateSyncTask>,
): Partial<NewTask> {
  const given = withoutUndefined(changes)
  const changesMode = given.mode !== undefined && given.mode !== known.mode
  const whole = filled({ ...known, ...given })
  if ((given.mode ?? known.mode) === 'branch' && whole.source_branch === '') {
    throw new GitferryError('INVALID_INPUT', 'source_branch: must be the name of a branch in branch mode.', {
      details: { field: 'source_branch' },
    })
  }
  const carried = new Set([
    ...Object.keys(given),
    ...(changesMode ? (['source_branch', 'target_branch'] as const) : []),
  ])
  const meant = Object.entries(whole).filter(([field]) => carried.has(field))
  const resumes = (paused_at === null && known.paused_at !== null) || (changes.enabled && !known.enabled)
  return {
    ...(changesMode && { tags: given.mode === 'mirror' }),
    ...given,
    ...Object.fromEntries(meant),
    ...(cron_expression !== undefined && { cron_expression: (cron_expression ?? '').trim() }),
    ...(resumes && { paused_at: null, paused_reason: null, failure_count: 0 }),
  } as Partial<NewTask>
}

type WithoutUndefined<Value> = { [Key in keyof Value]: Exclude<Value[Key], undefined> }

function withoutUndefined<Value extends object>(value: Value): Partial<WithoutUndefined<Value>> {
  const given = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(given) as Partial<WithoutUndefined<Value>>
}

/** What the next time of a task depends on; the places are what jitter and `H` are drawn from. */
const scheduleFields = [
  'cron_expression',
  'timezone',
  'jitter_ms',
  'enabled',
  'paused_at',
  'repo_id',
  'source_remote',
  'source_branch',
  'target_remote',
  'target_branch',
] as const

export function scheduleChanged(before: SyncTaskRow, after: SyncTaskRow): boolean {
  return scheduleFields.some((field) => before[field] !== after[field])
}

/** What runs, their schedule and pauses change about a task; everything else is what somebody has written. */
const stateFields = new Set([
  'paused_at',
  'paused_reason',
  'failure_count',
  'next_run_at',
  'last_run_at',
  'last_status',
  'updated_at',
  'version',
])

/** Whether two states of one task say the same of what is to be done, whatever its runs came to in between. */
export function isSameRule(one: SyncTaskRow, other: SyncTaskRow): boolean {
  const fields = (Object.keys(one) as (keyof SyncTaskRow)[]).filter((field) => !stateFields.has(field))
  return fields.every((field) => JSON.stringify(one[field]) === JSON.stringify(other[field]))
}
