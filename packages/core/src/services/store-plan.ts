import type { PlanRow, PlanUpdate, SyncTaskRow } from '../contract/index.ts'
import type { StorageSession } from '../ports/index.ts'
import type { GuardStop } from '../sync/guards.ts'

export interface PlanToStore {
  readonly task: Pick<SyncTaskRow, 'id' | 'repo_id'>
  readonly updates: readonly PlanUpdate[]
  /** Why no run carries it out by itself; null: a run would. */
  readonly stop: Pick<GuardStop, 'code' | 'message'> | null
  /** The run that was stopped with it; null: somebody asked for it. */
  readonly runId: number | null
  readonly createdAt: string
}

/**
 * Stores a plan in the caller's transaction; it takes the place of the task's open one. A run that is stopped by what
 * stopped the run before it gets that run's plan: a schedule must not make one every minute.
 */
export async function storePlan(
  session: StorageSession,
  { task, updates, stop, runId, createdAt }: PlanToStore,
): Promise<{ readonly plan: PlanRow; readonly isNew: boolean }> {
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
  await supersedePlans(session, task.id)
  const plan = await plans.insert({
    task_id: task.id,
    repo_id: task.repo_id,
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

/** Closes the open plans of a task that is not any more what they were made for. */
export async function supersedePlans(session: StorageSession, taskId: number): Promise<void> {
  await session
    .collection('plans')
    .updateWhere({ task_id: taskId, status: 'open', kind: 'sync' }, { status: 'superseded' })
}
