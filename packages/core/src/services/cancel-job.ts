import { isFinishedJob, type Job } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { auditId } from './audit-id.ts'
import type { AuditDraft } from './audit-log.ts'
import type { Cloner } from './cloner.ts'
import type { ServiceContext } from './context.ts'
import { findJob } from './find-or-refuse.ts'
import type { JobQueue } from './job-queue.ts'
import type { JobRecorder } from './job-recorder.ts'
import type { JobWaiter } from './job-waiter.ts'
import { toJob } from './to-job.ts'

export type CancelJobContext = Pick<ServiceContext, 'audit' | 'principal' | 'storage'> & {
  readonly cloner: Pick<Cloner, 'discard'>
  readonly jobQueue: JobQueue
  readonly jobRecorder: JobRecorder
  readonly jobWaiter: JobWaiter
}

/**
 * Ends a job and answers it once it has ended and nothing is left of it. One under way is given up and waited for; one
 * that nobody works on ends at once, with its entry in the same transaction. Meanwhile a waiting job may have been
 * begun, and one under way put back: then it looks again. A job that is canceled already is answered as it is.
 * @throws INVALID_INPUT, JOB_NOT_FOUND, JOB_FINISHED; CLOSED when gitferry stops before the job has ended
 */
export async function cancelJob(id: number, context: CancelJobContext): Promise<Job> {
  const { audit, cloner, jobQueue, principal, storage } = context
  const subject = { type: 'cancel', object_type: 'job', object_id: auditId(id) } as const
  const ended = await audit.attempt(principal, subject, (draft) => giveUp(id, draft, context))
  if (ended !== undefined) return ended
  // it is canceled, and its entry says so: what fails from here on changes neither
  await jobQueue.cancel(id)
  const job = await findJob(storage, id)
  // what a crash left of an earlier attempt
  await cloner.discard(job)
  return toJob(job)
}

/** `undefined`: the job ended in the storage, together with its entry. */
async function giveUp(
  id: number,
  draft: AuditDraft,
  { jobQueue, jobRecorder, jobWaiter, storage }: CancelJobContext,
): Promise<Job | undefined> {
  for (;;) {
    const job = await findJob(storage, id)
    draft.note({ details: { name: job.name, status: job.status } })
    if (isFinishedJob(job.status)) break
    if (job.status === 'running' && (await jobQueue.cancel(id))) break
    if (await jobRecorder.cancelUnworked(job, (session) => draft.write(session))) return undefined
  }
  const ended = await jobWaiter.wait(id, storage)
  if (ended.status === 'canceled') return ended
  throw new GitferryError(
    'JOB_FINISHED',
    `Job ${id} has ended already (${ended.status}); there is nothing to cancel.`,
    { details: { id, status: ended.status } },
  )
}
