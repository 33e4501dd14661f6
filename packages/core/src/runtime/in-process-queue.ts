import PQueue from 'p-queue'
import type { Logger, QueueAdapter, QueueJob, QueueWorker } from '../ports/index.ts'
import { HostPlaces } from './host-places.ts'

export interface InProcessQueueOptions {
  /** Jobs that run at the same time, over all keys. Default 4. */
  readonly concurrency?: number
  /** Jobs that go to the same host at the same time. Default 2. */
  readonly perHost?: number
  /** Shared with another queue, whose jobs count at the hosts as well. Default: its own, of `perHost`. */
  readonly places?: HostPlaces
  readonly logger: Logger
}

/** Node fires a longer timer at once. */
const longestTimerMs = 2 ** 31 - 1

interface Waiting {
  job: QueueJob
  readonly order: number
}

/**
 * The queue of a single process, on p-queue. It keeps nothing over a restart: core hands over again what the
 * storage holds as pending.
 *
 * A job that waits for its key or for a host holds no slot: others go before it. So that a job of two busy hosts gets
 * its turn, the best one that waits for a host has a place held for it at its others; a host that would be idle then
 * takes the next job all the same.
 */
export class InProcessQueue implements QueueAdapter {
  readonly name = 'in-process'
  readonly capabilities = { durable: false, shared: false, perHost: true } as const
  readonly #slots: PQueue
  readonly #places: HostPlaces
  readonly #logger: Logger
  readonly #waiting = new Map<number, Waiting>()
  readonly #running = new Map<number, { readonly key: string; readonly abort: AbortController }>()
  readonly #busy = new Set<string>()
  #worker: QueueWorker | undefined
  #stopping: Promise<void> | undefined
  #order = 0

  constructor({ concurrency = 4, perHost = 2, places, logger }: InProcessQueueOptions) {
    this.#slots = new PQueue({ concurrency })
    this.#places = places ?? new HostPlaces(perHost)
    this.#places.onGivenBack(() => this.#dispatch())
    this.#logger = logger
  }

  async start(worker: QueueWorker): Promise<void> {
    this.#worker = worker
    this.#dispatch()
  }

  async enqueue(job: QueueJob): Promise<void> {
    if (this.#stopping !== undefined) return
    const known = this.#waiting.get(job.id)
    if (known === undefined) this.#waiting.set(job.id, { job, order: this.#order++ })
    else if ((job.priority ?? 0) > (known.job.priority ?? 0)) known.job = job
    // what could not start before cannot start now
    if (this.#isFree(job) && this.#places.hasRoom(job.hosts)) this.#dispatch()
  }

  async cancel(id: number): Promise<boolean> {
    const waited = this.#waiting.delete(id)
    const running = this.#running.get(id)
    running?.abort.abort('canceled')
    return waited || running !== undefined
  }

  size() {
    return { waiting: this.#waiting.size, running: this.#running.size }
  }

  stop({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    this.#waiting.clear()
    this.#stopping ??= this.#slots.onIdle()
    const endRunning = () => {
      for (const { abort } of this.#running.values()) abort.abort('drained')
    }
    const timer = setTimeout(endRunning, Math.min(timeoutMs, longestTimerMs))
    return this.#stopping.finally(() => clearTimeout(timer))
  }

  /** Fills the free slots with the best jobs that may start now. */
  #dispatch(): void {
    if (this.#worker === undefined || this.#stopping !== undefined) return
    while (this.#running.size < this.#slots.concurrency) {
      const next = this.#next()
      if (next === undefined) return
      this.#run(next, this.#worker)
    }
  }

  #next(): QueueJob | undefined {
    const first = this.#first(({ hosts }) => this.#places.hasRoom(hosts))
    const held = this.#first(({ hosts }) => !this.#places.hasRoom(hosts))
    if (first === undefined || held === undefined || isBefore(first, held)) return first?.job
    return this.#first(({ hosts }) => this.#places.hasRoom(hosts, held.job.hosts))?.job
  }

  /** The best job of a free key that `suits`. */
  #first(suits: (job: QueueJob) => boolean): Waiting | undefined {
    let best: Waiting | undefined
    for (const waiting of this.#waiting.values()) {
      if (!this.#isFree(waiting.job) || !suits(waiting.job)) continue
      if (best === undefined || isBefore(waiting, best)) best = waiting
    }
    return best
  }

  #isFree({ id, key }: QueueJob): boolean {
    return !this.#busy.has(key) && !this.#running.has(id)
  }

  #run(job: QueueJob, worker: QueueWorker): void {
    const abort = new AbortController()
    this.#waiting.delete(job.id)
    this.#running.set(job.id, { key: job.key, abort })
    this.#busy.add(job.key)
    const giveBack = this.#places.take(job.hosts)
    void this.#slots.add(async () => {
      try {
        await worker(job, { signal: abort.signal })
      } catch (error) {
        this.#logger.error('a job of the queue failed', { id: job.id, key: job.key, error })
      } finally {
        this.#running.delete(job.id)
        this.#busy.delete(job.key)
        giveBack()
      }
    })
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  const difference = (a.job.priority ?? 0) - (b.job.priority ?? 0)
  return difference > 0 || (difference === 0 && a.order < b.order)
}
