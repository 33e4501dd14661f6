import { z } from 'zod'
import type { SyncTaskRow } from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { findTask } from './find-or-refuse.ts'
import { toRun } from './to-run.ts'

const deleteQuery = z.object({ cancel: z.boolean({ error: 'must be true or false' }).optional() })

/**
 * Deletes a task, with an audit entry. Its waiting runs end with it, whatever repositories they were recorded for, and
 * with `cancel` the one under way too.
 * @throws TASK_NOT_FOUND, INVALID_INPUT, TASK_RUNNING
 */
export async function deleteTask(
  id: number,
  query: { readonly cancel?: boolean },
  { audit, clock, events, principal, queue, storage }: ServiceContext,
): Promise<SyncTaskRow> {
  const subject = { type: 'delete', object_type: 'task', object_id: auditId(id) } as const
  const { task, unfinished } = await audit.attempt(principal, subject, async (draft) => {
    const { name } = await findTask(storage, id)
    const { cancel = false } = parseInput(deleteQuery, query)
    draft.note({ details: { name, cancel } })
    return storage.transaction(async (session) => {
      const task = await findTask(session, id)
      const runs = session.whole.collection('runs')
      const unfinished = await runs.find({ where: { task_id: id, status: { in: ['pending', 'running'] } } })
      if (unfinished.some((run) => run.status === 'running') && !cancel) throw taskRunning(task)
      const finished_at = new Date(clock.now()).toISOString()
      await runs.updateWhere(
        { task_id: id, status: 'pending' },
        { status: 'canceled', finished_at, error_message: 'The task was deleted.' },
      )
      await session.collection('tasks').delete(id)
      await draft.write(session)
      return { task, unfinished }
    })
  })
  for (const run of unfinished) {
    await queue.cancel(run.id)
    const now = await storage.whole.collection('runs').get(run.id)
    if (run.status === 'pending' && now) events.emit('run.finished', { run: toRun(now) })
  }
  return task
}

function taskRunning(task: SyncTaskRow): GitferryError {
  return new GitferryError(
    'TASK_RUNNING',
    `The task "${task.name}" is running; wait for it, or delete it with cancel=true.`,
    { details: { id: task.id } },
  )
}
