import { isFinishedJob, type Job } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { throwIfAborted, waitOrAbort } from '../runtime/abort.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { findJob } from './find-or-refuse.ts'
import { toJob } from './to-job.ts'

/** Waits for jobs to end. */
export class JobWaiter {
  readonly #storage: ManagedStorage
  readonly #events: EventBus
  readonly #closing = new AbortController()

  constructor({ storage, events }: { readonly storage: ManagedStorage; readonly events: EventBus }) {
    this.#storage = storage
    this.#events = events
  }

  /** Ends every wait with `CLOSED`: the job goes on at the next start, and nobody here will see it end. */
  close(): void {
    this.#closing.abort()
  }

  /** @throws JOB_NOT_FOUND, ABORTED, CLOSED when gitferry stops before the job has ended */
  async wait(id: number, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Job> {
    throwIfAborted(signal)
    if (this.#closing.signal.aborted) throw stopped(id)
    const { promise: ended, resolve, reject } = Promise.withResolvers<Job>()
    ended.catch(() => {})
    const closing = this.#closing.signal
    const onClose = () => reject(stopped(id))
    closing.addEventListener('abort', onClose, { once: true })
    // listening begins before the look, so that an end in between is not missed
    const unsubscribe = this.#events.on('job.finished', ({ job }) => {
      if (job.id === id) resolve(job)
    })
    try {
      const found = toJob(await findJob(this.#storage, id))
      return isFinishedJob(found.status) ? found : await waitOrAbort(ended, signal)
    } finally {
      unsubscribe()
      closing.removeEventListener('abort', onClose)
    }
  }
}

const stopped = (id: number): GitferryError =>
  new GitferryError(
    'CLOSED',
    `gitferry stopped before job ${id} had ended; it runs again at the next start.`,
    {
      details: { job_id: id },
    },
  )
