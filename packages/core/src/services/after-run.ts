import type { RepoRow } from '../contract/index.ts'
import { isGitferryError } from '../errors/index.ts'
import type { Store, Stores } from '../git/store.ts'
import type { Logger } from '../ports/index.ts'
import type { RepoSizes } from './repo-sizes.ts'

/** What is done for a repository after a run, before its next one. */
export class AfterRun {
  readonly #stores: Pick<Stores, 'clearUp' | 'maintain'>
  readonly #sizes: RepoSizes
  readonly #logger: Logger

  constructor(deps: {
    readonly stores: Pick<Stores, 'clearUp' | 'maintain'>
    readonly sizes: RepoSizes
    readonly logger: Logger
  }) {
    this.#stores = deps.stores
    this.#sizes = deps.sizes
    this.#logger = deps.logger
  }

  /** Leaves nothing in the store of a run that was cut off, by `error`, while git was at work. */
  async clearUp(repo: RepoRow, error?: unknown): Promise<void> {
    // a lock that stopped the run was there before it: it is somebody's at work, or goes by its age
    const wasLocked = isGitferryError(error, 'GIT_FAILED') && error.details.reason === 'locked'
    await this.#stores.clearUp(repo, { onlyStale: wasLocked })
  }

  /** For a run that changed something: keeps the store quick and the shown size true. The run is over: a failure is logged and no more. */
  async tidy(
    repo: RepoRow,
    store: Store | undefined,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> {
    try {
      if (store !== undefined) await this.#stores.maintain(store, { signal })
    } catch (error) {
      this.#logger.warn('a store could not be tidied; the next run tries again', { repo_id: repo.id, error })
    }
    await this.#sizes.refresh(repo, { signal })
  }
}
