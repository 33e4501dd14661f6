import type { LogFields, QueueAdapter, QueueCapabilities } from '../../ports/index.ts'
import type { GatedJobs } from './gated-jobs.ts'

/** What a case works on. */
export interface QueueCaseContext {
  /** Not started yet, and empty. */
  readonly queue: QueueAdapter
  readonly jobs: GatedJobs
  /** What the queue reported as errors: the fields of each line. */
  readonly errors: readonly LogFields[]
  /** Waits until `condition` holds. @throws AssertionError when the subject's patience is at its end */
  eventually(what: string, condition: () => boolean): Promise<void>
  /** Starts the queue, and a job 1 of key `first` that runs until it is released. */
  startWithOneRunning(): Promise<void>
}

/** One rule of the queue port, and the proof that it holds. */
export interface QueueCase {
  /** What is wrong with a queue that fails this case. */
  readonly defect: string
  /** Jobs of different keys that may run at the same time. Default 2. */
  readonly concurrency?: number
  /** Jobs that may go to one host at the same time. Default 2. */
  readonly perHost?: number
  /** What a queue must say that it can do for the rule to be its rule. */
  readonly needs?: keyof QueueCapabilities
  run(context: QueueCaseContext): Promise<void>
}

/** Rule → case. */
export type QueueCases<Rule extends string = string> = Readonly<Record<Rule, QueueCase>>

export const queueCases = <Rule extends string>(all: QueueCases<Rule>): QueueCases<Rule> => all
