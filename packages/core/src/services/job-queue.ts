import type { JobRow } from '../contract/index.ts'
import type { QueueAdapter, QueueJob } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import { hostsOfUrls } from './task-hosts.ts'
import { toJob } from './to-job.ts'

type Work = (id: number, options: { readonly signal: AbortSignal }) => Promise<void>

/** Hands accepted jobs to their worker, apart from the runs: clones of an hour hold up syncs only at the hosts that they have taken. */
export class JobQueue {
  readonly #adapter: QueueAdapter
  readonly #events: EventBus
  #isStarted = false

  constructor({ adapter, events }: { readonly adapter: QueueAdapter; readonly events: EventBus }) {
    this.#adapter = adapter
    this.#events = events
  }

  /** Begins to hand jobs out. May be called twice. */
  async start(work: Work): Promise<void> {
    if (this.#isStarted) return
    await this.#adapter.start((job: QueueJob, options) => work(job.id, options))
    this.#isStarted = true
  }

  /** Hands a stored job over, after the commit. May be called twice for one job. */
  async handOver(job: JobRow, { isNew }: { readonly isNew: boolean }): Promise<void> {
    if (isNew) this.#events.emit('job.queued', { job: toJob(job) })
    await this.#adapter.enqueue({ id: job.id, key: `job:${job.id}`, hosts: hostsOfUrls([job.url]) })
  }

  /** Takes a waiting job out, or ends a running one. Answers whether there was one. */
  cancel(id: number): Promise<boolean> {
    return this.#adapter.cancel(id)
  }

  /** Waits up to `timeoutMs` for the jobs under way, then ends them; they run again at the next start. */
  stop(options: { readonly timeoutMs: number }): Promise<void> {
    return this.#adapter.stop(options)
  }
}
