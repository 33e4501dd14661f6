import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { Logger } from '../ports/logger.ts'
import type { GitRunner } from './command.ts'
import type { DamagedStores } from './damaged-stores.ts'
import type { StoreSource } from './store.ts'
import { checkStore } from './store-check.ts'
import { storeError } from './store-error.ts'

/**
 * What came of healing after a failure. `healed`: the store was damaged and is a new one now, or mended; a run may be
 * repeated. `not-ours`: the store is sound, so what is damaged is the repository at the other end. `not-corrupt`: the
 * failure tells of no damage.
 */
export type Healed = 'healed' | 'not-ours' | 'not-corrupt'

/** Finds damaged stores and takes them out of their place: the next `open` makes a new one. */
export class StoreHealing {
  readonly #runner: GitRunner
  readonly #damaged: DamagedStores
  readonly #logger: Logger

  constructor(deps: {
    readonly runner: GitRunner
    readonly damaged: DamagedStores
    readonly logger: Logger
  }) {
    this.#runner = deps.runner
    this.#damaged = deps.damaged
    this.#logger = deps.logger
  }

  /**
   * Checks every object. A hosted repository is the only copy: it is never replaced.
   * @throws STORE_FAILED when a hosted repository is damaged, or a damaged store cannot be moved; GIT_* when git could
   *   not check; ABORTED
   */
  async check(
    path: string,
    { uuid, is_hosted }: StoreSource,
    { signal }: { readonly signal?: AbortSignal | undefined },
  ): Promise<'sound' | 'healed'> {
    const { damage, said } = await checkStore(path, { runner: this.#runner, signal })
    if (damage === 'none') return 'sound'
    if (damage === 'derived') {
      this.#logger.warn('a damaged index of a store was removed; git makes it anew', { uuid, said })
      return 'healed'
    }
    if (is_hosted) throw damagedHosted(path, said)
    try {
      await this.#damaged.setAside(path, uuid, said)
    } catch (error) {
      throw storeError('be set aside, though it is damaged', uuid, error)
    }
    return 'healed'
  }

  /** @throws as `check` */
  async heal(
    path: string,
    repo: StoreSource,
    error: unknown,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<Healed> {
    if (!isGitferryError(error, 'GIT_FAILED') || error.details.reason !== 'corrupt') return 'not-corrupt'
    // git names the damage alike whether it is here or at the other end, so the store itself is asked
    return (await this.check(path, repo, options)) === 'sound' ? 'not-ours' : 'healed'
  }
}

const damagedHosted = (path: string, said: string): GitferryError =>
  new GitferryError(
    'STORE_FAILED',
    `The repository ${path}, which gitferry keeps, is damaged (${said.split('\n')[0]}). It is not replaced by itself, for it may be the only copy: put it back from a backup, or fetch the lost objects into it from a clone, then run the task again.`,
    { details: { path, reason: 'corrupt' } },
  )
