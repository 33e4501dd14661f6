import type { Principal, RunRow, SyncTaskRow } from '../contract/index.ts'
import type { Changes, Clock } from '../ports/index.ts'
import { auditId } from './audit-id.ts'
import { cancelWaiting, tellCanceled } from './cancel-waiting.ts'
import type { ServiceContext } from './context.ts'
import { findTask } from './find-or-refuse.ts'
import { refuseOthersRemotes } from './refuse-others-repository.ts'
import { reposOf } from './repos-of.ts'
import { toTask } from './to-task.ts'

type PauseContext = Pick<
  ServiceContext,
  'audit' | 'clock' | 'events' | 'principal' | 'queue' | 'schedule' | 'settings' | 'storage'
> & {
  /** Tells the scheduler that a schedule has changed. */
  readonly wakeScheduler: () => void
}

/** What pausing a task on somebody's word changes: no schedule and no webhook runs it any more. */
export function pausedBy({ user }: Pick<Principal, 'user'>, { now }: Pick<Clock, 'now'>) {
  const at = new Date(now()).toISOString()
  return { paused_at: at, paused_reason: `paused by ${user}`, next_run_at: null, updated_at: at }
}

/** Pauses a task, with an audit entry; one that is paused already stays as it is. @throws TASK_NOT_FOUND */
export async function pauseTask(id: number, context: PauseContext): Promise<SyncTaskRow> {
  const { clock, events, principal } = context
  const { task, changed, canceled } = await change(id, 'pause', context, (task) =>
    task.paused_at === null ? pausedBy(principal, clock) : undefined,
  )
  await tellCanceled(canceled, context)
  if (changed) {
    events.emit('task.paused', { task_id: task.id, ...reposOf(task), reason: task.paused_reason ?? '' })
    events.emit('task.updated', { task: toTask(task, context) })
  }
  return task
}

/** Resumes a task without its failures, with an audit entry; one that is not paused stays as it is. @throws TASK_NOT_FOUND, FORBIDDEN */
export async function resumeTask(id: number, context: PauseContext): Promise<SyncTaskRow> {
  const { clock, events, schedule, wakeScheduler } = context
  const { task, changed } = await change(id, 'resume', context, (task) => {
    if (task.paused_at === null) return undefined
    const resumed = { paused_at: null, paused_reason: null, failure_count: 0 }
    return {
      ...resumed,
      next_run_at: schedule.nextRunAt({ ...task, ...resumed }),
      updated_at: new Date(clock.now()).toISOString(),
    }
  })
  if (changed) {
    wakeScheduler()
    events.emit('task.updated', { task: toTask(task, context) })
  }
  return task
}

interface Changed {
  readonly task: SyncTaskRow
  readonly changed: boolean
  /** Runs that nobody but the schedule or a webhook had asked for. */
  readonly canceled: readonly RunRow[]
}

async function change(
  id: number,
  type: 'pause' | 'resume',
  context: PauseContext,
  decide: (task: SyncTaskRow) => Changes<SyncTaskRow> | undefined,
): Promise<Changed> {
  const { audit, clock, principal, storage } = context
  const subject = { type, object_type: 'task', object_id: auditId(id) } as const
  return audit.attempt(principal, subject, async (draft) => {
    if (type === 'resume') await refuseOthersRemotes(await findTask(storage, id), context)
    return storage.transaction(async (session) => {
      const before = await findTask(session, id)
      const changes = decide(before)
      const changed = changes && (await session.collection('tasks').update(before.id, changes))
      const canceled = type === 'pause' ? await cancelWaiting(session.whole, before.id, { clock }) : []
      draft.note({ details: { name: before.name, changed: changed !== undefined } })
      await draft.write(session)
      return { task: changed ?? before, changed: changed !== undefined, canceled }
    })
  })
}
