import PQueue from 'p-queue'
import type { Logger, QueueAdapter, QueueJob, QueueWorker } from '../ports/index.ts'

export interface InProcessQueueOptions {
  /** Jobs that run at the same time, over all keys. Default 4. */
  readonly concurrency?: number
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
 */
export class InProcessQueue implements QueueAdapter {
  readonly name = 'in-process'
  readonly capabilities = { durable: false, shared: false } as const
  readonly #slots: PQueue
  readonly #logger: Logger
  readonly #waiting = new Map<number, Waiting>()
  readonly #running = new Map<number, { readonly key: string; readonly abort: AbortController }>()
  readonly #busy = new Set<string>()
  #worker: QueueWorker | undefined
  #stopping: Promise<void> | undefined
  #order = 0

  constructor({ concurrency = 4, logger }: InProcessQueueOptions) {
    this.#slots = new PQueue({ concurrency })
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
    this.#dispatch()
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

  /** Fills the free slots with the best jobs whose key is free: a job that waits for its key holds no slot. */
  #dispatch(): void {
    if (this.#worker === undefined || this.#stopping !== undefined) return
    while (this.#running.size < this.#slots.concurrency) {
      const next = this.#next()
      if (next === undefined) return
      this.#run(next, this.#worker)
    }
  }

  #next(): QueueJob | undefined {
    let best: Waiting | undefined
    for (const waiting of this.#waiting.values()) {
      if (this.#busy.has(waiting.job.key) || this.#running.has(waiting.job.id)) continue
      if (best === undefined || isBefore(waiting, best)) best = waiting
    }
    return best?.job
  }

  #run(job: QueueJob, worker: QueueWorker): void {
    const abort = new AbortController()
    this.#waiting.delete(job.id)
    this.#running.set(job.id, { key: job.key, abort })
    this.#busy.add(job.key)
    void this.#slots.add(async () => {
      try {
        await worker(job, { signal: abort.signal })
      } catch (error) {
        this.#logger.error('a job failed', { run_id: job.id, error })
      } finally {
        this.#running.delete(job.id)
        this.#busy.delete(job.key)
        this.#dispatch()
      }
    })
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  const difference = (a.job.priority ?? 0) - (b.job.priority ?? 0)
  return difference > 0 || (difference === 0 && a.order < b.order)
}
