import { isFinishedJob, type Job } from '../contract/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { EndWaiter } from './end-waiter.ts'
import { findJob } from './find-or-refuse.ts'
import { toJob } from './to-job.ts'

/** Waits for jobs to end. `wait` throws JOB_NOT_FOUND besides. */
export class JobWaiter extends EndWaiter<Job> {
  constructor({ storage, events }: { readonly storage: ManagedStorage; readonly events: EventBus }) {
    super({
      noun: 'job',
      look: async (id) => toJob(await findJob(storage, id)),
      isEnded: ({ status }) => isFinishedJob(status),
      onEnd: (listener) => events.on('job.finished', ({ job }) => listener(job)),
    })
  }
}
