import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isGitferryError } from '../errors/index.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import { throwIfAborted, waitOrAbort } from '../runtime/abort.ts'
import { ifGone } from './if-gone.ts'
import { isLock, isLockOrUnfinished, isStale } from './stale-lock.ts'

/** What a young lock gets besides what git itself has waited for it, in ms. */
export const lockPatienceMs = 5_000
const lookEveryMs = 500

interface FoundLock {
  /** Within the git directory. */
  readonly name: string
  /** Since it was last written, in ms. */
  readonly ageMs: number
}

/**
 * What came of a lock that stopped a run. `unlocked`: it is gone; the run may be repeated. `held`: it is too young to
 * have been left behind. `not-locked`: the failure tells of no lock.
 */
export type Unlocked = 'unlocked' | 'held' | 'not-locked'

/** Removes the locks and unfinished files that a git left which is no more. */
export class StoreLocks {
  readonly #clock: Pick<Clock, 'now' | 'setTimer'>
  readonly #logger: Logger

  constructor(deps: { readonly clock: Pick<Clock, 'now' | 'setTimer'>; readonly logger: Logger }) {
    this.#clock = deps.clock
    this.#logger = deps.logger
  }

  /** To be called while no git of ours is at work there; with `onlyStale` other gits may be. */
  async clear(path: string, uuid: string, { onlyStale }: { readonly onlyStale: boolean }): Promise<void> {
    for (const found of await this.#find(path)) {
      if (!onlyStale || isStale(found.name, found.ageMs)) await this.#remove(path, uuid, found)
    }
  }

  /**
   * Removes locks older than git ever holds them, and waits a little for younger ones. To be called while no git of ours
   * is at work there. @throws ABORTED
   */
  async unlock(
    path: string,
    uuid: string,
    error: unknown,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Unlocked> {
    if (!isGitferryError(error, 'GIT_FAILED') || error.details.reason !== 'locked') return 'not-locked'
    const until = this.#clock.now() + lockPatienceMs
    for (;;) {
      throwIfAborted(signal)
      await this.clear(path, uuid, { onlyStale: true })
      const held = (await this.#find(path)).filter(({ name }) => isLock(name))
      if (held.length === 0) return 'unlocked'
      if (this.#clock.now() >= until) {
        const locks = held.map(({ name, ageMs }) => ({ name, age_ms: Math.round(ageMs) }))
        this.#logger.warn('a store is locked by a git that is not ours', { uuid, locks })
        return 'held'
      }
      await this.#wait(signal)
    }
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#clock.setTimer(lookEveryMs, resolve)
    await waitOrAbort(promise, signal).finally(cancel)
  }

  async #find(path: string): Promise<FoundLock[]> {
    const now = this.#clock.now()
    const names = await readdir(path, { recursive: true }).catch(ifGone([]))
    const found: FoundLock[] = []
    for (const name of names.filter(isLockOrUnfinished)) {
      // gone between the two looks: its git has ended
      const entry = await stat(join(path, name)).catch(ifGone(undefined))
      if (entry !== undefined) found.push({ name, ageMs: now - entry.mtimeMs })
    }
    return found
  }

  async #remove(path: string, uuid: string, { name, ageMs }: FoundLock): Promise<void> {
    await rm(join(path, name), { recursive: true, force: true })
    const age_ms = Math.round(ageMs)
    this.#logger.warn('removed what a killed git left in a store', { uuid, name, age_ms })
  }
}
