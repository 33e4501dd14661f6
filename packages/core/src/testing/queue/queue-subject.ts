import type { Logger, QueueAdapter } from '../../ports/index.ts'

/** What the suite asks of the queue that it is given. */
export interface QueueConditions {
  /** Jobs of different keys that may run at the same time. */
  readonly concurrency: number
  /** Jobs that may go to one host at the same time; of no use to a queue that does not hold such a limit. */
  readonly perHost: number
  /** Where the queue must report the rejections of its worker. */
  readonly logger: Logger
}

/** What one case works on. */
export interface QueueSubject {
  /** Not started yet, and empty. */
  readonly adapter: QueueAdapter
  /**
   * How long the suite waits for what must happen, in ms. Default 5,000; a queue that polls slowly may need more.
   */
  readonly patienceMs?: number
  /** Stops the queue, if the case has not, and removes what it stored. Called once. */
  dispose(): Promise<void>
}

export type MakeQueueSubject = (conditions: QueueConditions) => Promise<QueueSubject>
