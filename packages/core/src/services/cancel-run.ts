import { isFinished, type RunWithRefs } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { auditId } from './audit-id.ts'
import type { AuditDraft } from './audit-log.ts'
import type { ServiceContext } from './context.ts'
import { findRun } from './find-or-refuse.ts'
import type { RunRecorder } from './run-recorder.ts'
import type { RunWaiter } from './run-waiter.ts'

export type CancelRunContext = Pick<ServiceContext, 'audit' | 'principal' | 'queue' | 'storage'> & {
  readonly recorder: RunRecorder
  readonly waiter: RunWaiter
}

/**
 * Ends a run and answers it once it has ended. One under way is given up and waited for; one that nobody works on ends
 * at once, with its entry in the same transaction. Meanwhile a waiting run may have been begun, and one under way put
 * back: then it looks again. A run that ended on its own stays what it came to.
 * @throws INVALID_INPUT, RUN_NOT_FOUND, RUN_FINISHED; CLOSED when gitferry stops before the run has ended
 */
export async function cancelRun(id: number, context: CancelRunContext): Promise<RunWithRefs> {
  const { audit, principal, queue, storage, waiter } = context
  const subject = { type: 'cancel', object_type: 'run', object_id: auditId(id) } as const
  const ended = await audit.attempt(principal, subject, (draft) => giveUp(id, draft, context))
  if (ended !== undefined) return ended
  // it is canceled, and its entry says so: what fails from here on changes neither
  await queue.cancel(id)
  return waiter.wait(id, storage)
}

/** `undefined`: the run ended in the storage, together with its entry. */
async function giveUp(
  id: number,
  draft: AuditDraft,
  { audit, queue, recorder, storage, waiter }: CancelRunContext,
): Promise<RunWithRefs | undefined> {
  for (;;) {
    const run = await findRun(storage, id)
    draft.note({ details: { task_id: run.task_id, status: run.status } })
    if (isFinished(run.status)) break
    // the queue knows of a run that is worked on, and lets go of one that waits for its repository
    if (run.status === 'running' && (await queue.cancel(id))) break
    const isEnded = await recorder.cancelUnworked(run, async (session) => {
      await audit.recoverRun(session, id)
      await draft.write(session)
    })
    if (isEnded) return undefined
  }
  const ended = await waiter.wait(id, storage)
  if (ended.status === 'canceled') return ended
  throw new GitferryError(
    'RUN_FINISHED',
    `Run ${id} has ended already (${ended.status}); there is nothing to cancel.`,
    { details: { id, status: ended.status } },
  )
}
