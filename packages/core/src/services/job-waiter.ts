import { isFinishedJob, type Job } from '../contract/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import { EndWaiter } from './end-waiter.ts'
import { findJob } from './find-or-refuse.ts'
import { toJob } from './to-job.ts'

/** Waits for jobs to end. `wait` throws JOB_NOT_FOUND besides. */
export class JobWaiter extends EndWaiter<Job> {
  constructor({ events }: { readonly events: EventBus }) {
    super({
      noun: 'job',
      isEnded: async (session, id) => isFinishedJob((await findJob(session, id)).status),
      read: async (session, id) => toJob(await findJob(session, id)),
      onEnd: (listener) => events.on('job.finished', ({ job }) => listener(job.id)),
    })
  }
}
