import { type SyncTaskRow, type UpdateSyncTask, updateSyncTask } from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { auditId } from './audit-id.ts'
import { checkTask } from './check-task.ts'
import type { ServiceContext } from './context.ts'
import { findTask } from './find-or-refuse.ts'
import { refuseGone } from './repo-refusals.ts'
import { supersedePlans } from './store-plan.ts'
import { changedFields, isSameRule, scheduleChanged } from './task-fields.ts'

/**
 * Changes a task, with an audit entry, and closes the plans that this makes untrue. What is stored is what was weighed:
 * where somebody else changes the task meanwhile, the two changes together are weighed anew.
 * @throws TASK_NOT_FOUND, INVALID_INPUT, what `checkTask` throws, ABORTED
 */
export async function updateTask(
  id: number,
  input: UpdateSyncTask,
  context: ServiceContext,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<SyncTaskRow> {
  const { audit, clock, principal, schedule, storage } = context
  const subject = { type: 'update', object_type: 'task', object_id: auditId(id) } as const
  return audit.attempt(principal, subject, async (draft) => {
    for (;;) {
      const known = await findTask(storage, id)
      const asked = parseInput(updateSyncTask, input)
      const weighed = { ...known, ...changedFields(known, asked) }
      const fields = Object.keys(changedFields(known, asked))
      draft.note({ details: { name: weighed.name, fields } })
      await checkTask(weighed, { ...context, signal })
      const updated = await storage.transaction(async (session) => {
        await refuseGone(session, weighed)
        const before = await findTask(session, id)
        const given = changedFields(before, asked)
        const after = { ...before, ...given }
        if (!isSameRule(after, weighed)) return undefined
        const task = await session.collection('tasks').update(id, {
          ...given,
          updated_at: new Date(clock.now()).toISOString(),
          ...(scheduleChanged(before, after) && { next_run_at: schedule.nextRunAt(after) }),
        })
        if (Object.keys(given).length > 0) await supersedePlans(session.whole, before, after)
        await draft.write(session)
        return task ?? after
      })
      if (updated !== undefined) return updated
    }
  })
}
