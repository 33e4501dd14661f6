import type { RunRow } from '../contract/index.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { RunQueue } from './run-queue.ts'
import { toRun } from './to-run.ts'

/**
 * Cancels, in the caller's transaction, what a schedule or a webhook had asked of a task that is paused now. What a
 * person asked for stays. To be told with `tellCanceled` after the commit. The session must see every run of the task.
 */
export async function cancelWaiting(
  session: StorageSession,
  taskId: number,
  { clock }: { readonly clock: Clock },
): Promise<RunRow[]> {
  const runs = session.collection('runs')
  const where = { task_id: taskId, status: 'pending', trigger: { in: ['cron', 'webhook'] } } as const
  const waiting = await runs.find({ where })
  const finished_at = new Date(clock.now()).toISOString()
  const changes = { status: 'canceled', finished_at, error_message: 'The task was paused.' } as const
  const canceled: RunRow[] = []
  for (const run of waiting) canceled.push((await runs.update(run.id, changes)) ?? run)
  return canceled
}

/** Takes canceled runs out of the queue and tells of their end. */
export async function tellCanceled(
  runs: readonly RunRow[],
  { queue, events }: { readonly queue: RunQueue; readonly events: EventBus },
): Promise<void> {
  for (const run of runs) {
    await queue.cancel(run.id)
    events.emit('run.finished', { run: toRun(run) })
  }
}
