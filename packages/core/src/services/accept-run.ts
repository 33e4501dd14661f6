import type { RunTrigger, SyncTaskRow } from '../contract/index.ts'
import type { CallerSession } from '../rights/caller-storage.ts'
import type { AuditDraft } from './audit-log.ts'
import type { AcceptedRun, RunQueue } from './run-queue.ts'

/**
 * Accepts a run that somebody asked for, with the entry of who did, in the caller's transaction. The task must have
 * been read in there: one that is deleted meanwhile must not gain a run. To be handed over after the commit.
 */
export async function acceptRun(
  session: CallerSession,
  {
    draft,
    queue,
    task,
    trigger,
    plan_id = null,
  }: {
    readonly draft: AuditDraft
    readonly queue: RunQueue
    readonly task: SyncTaskRow
    readonly trigger: RunTrigger
    /** The stored plan that it is to carry out. Default: it plans by itself. */
    readonly plan_id?: number | null
  },
): Promise<AcceptedRun> {
  const accepted = await queue.accept(session.whole, task, trigger, { plan_id })
  draft.note({ details: { name: task.name, run_id: accepted.run.id } })
  await draft.write(session)
  return accepted
}
