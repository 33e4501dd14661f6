import type { Principal } from '../contract/index.ts'
import type { GitCommand, GitRunner, GitRunOptions } from '../git/command.ts'
import { throwIfAborted } from './abort.ts'
import { FairPlaces } from './fair-places.ts'

/**
 * Runners in front of another, one for each caller, that together start only so many gits at the same time; the rest
 * wait their turn. They stand between callers and git, not between runs and git: however many callers ask at once, the
 * machine has that many gits of theirs, no run waits for them, and none of them waits for another's slow server alone.
 * A deadline counts from when its git starts.
 */
export class LimitedRunner {
  readonly #runner: GitRunner
  readonly #places: FairPlaces

  constructor({
    runner,
    atOnce,
    mayWait,
  }: {
    readonly runner: GitRunner
    /** Gits at the same time, of which one caller may have half. */
    readonly atOnce: number
    /** How many commands may wait for a place, of which half may be one caller’s; further ones are refused. */
    readonly mayWait: number
  }) {
    this.#runner = runner
    this.#places = new FairPlaces({ atOnce, mayWait })
  }

  /** The runner of one caller. It throws RATE_LIMITED, besides, when too many wait already. */
  of(caller: string): GitRunner {
    return { run: (command, options) => this.#run(caller, command, options) }
  }

  async #run<Result>(
    caller: string,
    command: GitCommand<Result>,
    options: GitRunOptions = {},
  ): Promise<Result> {
    throwIfAborted(options.signal)
    await this.#places.take(caller, options.signal)
    try {
      return await this.#runner.run(command, options)
    } finally {
      this.#places.release(caller)
    }
  }
}

/** Whose share a principal uses: that of the credential, or where none was shown, of the user at one address. */
export function shareOf({ credential, ip, user }: Principal): string {
  return JSON.stringify(credential ? [credential.type, credential.id] : [user, ip ?? null])
}
