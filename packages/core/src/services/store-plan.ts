import type { PlanRow, PlanUpdate, SyncTaskRow } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'
import type { GuardStop } from '../sync/guards.ts'
import { reposOf } from './repos-of.ts'
import { isSameRule } from './task-fields.ts'

export interface PlanToStore {
  /** As it was read before it was planned. */
  readonly task: SyncTaskRow
  readonly updates: readonly PlanUpdate[]
  /** Why no run carries it out by itself; null: a run would. */
  readonly stop: Pick<GuardStop, 'code' | 'message'> | null
  /** The run that was stopped with it; null: somebody asked for it. */
  readonly runId: number | null
  readonly createdAt: string
}

/**
 * Stores a plan in the caller's transaction; it takes the place of the task's open one. A run that is stopped by what
 * stopped the run before it gets that run's plan: a schedule must not make one every minute. `undefined`, and nothing is
 * stored, where the task was changed or deleted while it was planned: the plan is of a task that is not there any more.
 * The session must see every plan of the task.
 */
export async function storePlan(
  session: StorageSession,
  { task, updates, stop, runId, createdAt }: PlanToStore,
): Promise<{ readonly plan: PlanRow; readonly isNew: boolean } | undefined> {
  const now = await session.collection('tasks').get(task.id)
  if (now === undefined || !isSameRule(now, task)) return undefined
  const plans = session.collection('plans')
  const [open] = await plans.find({
    where: { task_id: task.id, status: 'open', kind: 'sync' },
    order: [{ by: 'id', direction: 'desc' }],
    limit: 1,
  })
  const isSame =
    open !== undefined &&
    runId !== null &&
    open.stopped_code === (stop?.code ?? null) &&
    JSON.stringify(open.updates) === JSON.stringify(updates)
  if (isSame) return { plan: open, isNew: false }
  await supersede(session, task.id, ['sync'])
  const plan = await plans.insert({
    task_id: task.id,
    ...reposOf(task),
    kind: 'sync',
    status: 'open',
    updates: [...updates],
    stopped_code: stop?.code ?? null,
    stopped_reason: stop?.message ?? null,
    run_id: runId,
    applied_by_run_id: null,
    kept_run_id: null,
    created_at: createdAt,
  })
  return { plan, isNew: true }
}

/**
 * Closes the open plans that a change of their task makes untrue, in the caller's transaction: of a sync every one, of a
 * restore what was to go back to a target that is not the task's any more. The session must see every plan of the task.
 */
export async function supersedePlans(
  session: StorageSession,
  before: SyncTaskRow,
  after: SyncTaskRow,
): Promise<void> {
  const isMoved = targetFields.some((field) => before[field] !== after[field])
  await supersede(session, before.id, isMoved ? ['sync', 'restore'] : ['sync'])
}

/** What a restore depends on: it reads no ref of the source, but works in the store of its repository. */
const targetFields = ['repo_id', 'target_repo_id', 'target_remote'] as const

async function supersede(
  session: StorageSession,
  taskId: number,
  kinds: readonly PlanRow['kind'][],
): Promise<void> {
  await session
    .collection('plans')
    .updateWhere({ task_id: taskId, status: 'open', kind: { in: kinds } }, { status: 'superseded' })
}
