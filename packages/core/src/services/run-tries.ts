import type { RunRow } from '../contract/index.ts'
import type { Clock } from '../ports/index.ts'
import type { TryAgain } from '../sync/next-try.ts'
import { networkDelay, raceTries } from './retry-delays.ts'
import type { RunLog } from './run-log.ts'
import { waitFor } from './wait-for.ts'

export interface RunTriesDeps {
  readonly clock: Clock
  readonly random: () => number
  /** Further tries within a run after the network failed. */
  readonly networkRetries: number
}

interface Steps {
  readonly log: RunLog
  readonly signal: AbortSignal
}

/** How often a run may try again by itself, and how long it waits before. */
export class RunTries {
  readonly #run: Pick<RunRow, 'plan_id'>
  readonly #steps: Steps
  readonly #deps: RunTriesDeps
  #races = 0
  #networkFailures = 0

  constructor(run: Pick<RunRow, 'plan_id'>, steps: Steps, deps: RunTriesDeps) {
    this.#run = run
    this.#steps = steps
    this.#deps = deps
  }

  /** Whether an earlier try may have reached the target, though nobody heard of it. */
  get wereCutOff(): boolean {
    return this.#networkFailures > 0
  }

  /** A plan that is applied exactly has one try in a race: what moved is what it has to tell. */
  may(again: TryAgain): boolean {
    if (again === 'network') return this.#networkFailures < this.#deps.networkRetries
    return this.#run.plan_id === null && this.#races + 1 < raceTries
  }

  /** Says why there is a next try, and after the network failed waits before it. @throws ABORTED */
  async before(again: TryAgain, why: string): Promise<void> {
    const { clock, random } = this.#deps
    const { log, signal } = this.#steps
    if (again === 'race') {
      this.#races += 1
      log.add(`${why} Planning anew.`)
      return
    }
    this.#networkFailures += 1
    const ms = networkDelay(this.#networkFailures, random)
    log.add(`${why} Trying again in ${(ms / 1_000).toFixed(1)} s.`)
    await waitFor(ms, { clock, signal })
  }
}
