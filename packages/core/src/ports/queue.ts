/** One piece of work, named by the id of its run. What the work is stands in the storage, not here. */
export interface QueueJob {
  readonly id: number
  /** Two jobs of one key never run at the same time: the repository. */
  readonly key: string
  /** The hosts that it goes to, which have limits of their own. Default: none. */
  readonly hosts?: readonly string[]
  /** The higher, the sooner; equal ones in the order of arrival. Default 0. */
  readonly priority?: number
}

/**
 * Does one job. A rejection is reported to the logger; the queue does not try again by itself. The signal's reason is
 * `canceled` after `cancel`, and `drained` after `stop`: a drained job is to be taken up again.
 */
export type QueueWorker = (job: QueueJob, options: { readonly signal: AbortSignal }) => Promise<void>

export interface QueueCapabilities {
  /** Jobs survive a restart. When they do not, core hands over again what the storage holds as pending. */
  readonly durable: boolean
  /** Several processes may share it. */
  readonly shared: boolean
  /** No more than so many jobs go to one host at the same time; without it, the hosts of a job mean nothing. */
  readonly perHost: boolean
}

/**
 * Hands run ids to workers: at least once each, by priority, never two of one key at a time. How many run at the
 * same time, over all and for each host, is an option of the adapter. A job that has to wait for its key or for a host
 * holds up no other.
 */
export interface QueueAdapter {
  readonly name: string
  readonly capabilities: QueueCapabilities
  /** Begins to hand jobs to `worker`. Called once. */
  start(worker: QueueWorker): Promise<void>
  /** Accepts a job. A job whose id waits already is not accepted twice, but takes the higher priority. */
  enqueue(job: QueueJob): Promise<void>
  /**
   * Takes a waiting job out, or aborts the signal of a running one. Answers whether there was one. May be called
   * twice.
   */
  cancel(id: number): Promise<boolean>
  /** How many jobs wait, and how many run. */
  size(): { readonly waiting: number; readonly running: number }
  /**
   * Takes no further job, waits up to `timeoutMs` for the running ones, then aborts their signals and waits for
   * them to end. Waiting jobs are dropped from memory (a durable queue keeps them). May be called twice: the
   * shorter of the two waits counts.
   */
  stop(options: { readonly timeoutMs: number }): Promise<void>
}
