import type { RepoRow } from '../contract/index.ts'
import { diskUsage } from '../git/disk-usage.ts'
import type { Stores } from '../git/store.ts'
import type { Clock, Logger } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'

const atMostEveryMs = 60_000

/** Keeps `size_bytes` of repositories true: the registered git directory and the store behind it. */
export class RepoSizes {
  readonly #storage: ManagedStorage
  readonly #stores: Pick<Stores, 'size'>
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #measuredAt = new Map<number, number>()

  constructor(deps: {
    readonly storage: ManagedStorage
    readonly stores: Pick<Stores, 'size'>
    readonly clock: Clock
    readonly logger: Logger
  }) {
    this.#storage = deps.storage
    this.#stores = deps.stores
    this.#clock = deps.clock
    this.#logger = deps.logger
  }

  /** Bytes on disk; of a hosted repository, which is its own store, once. @throws ABORTED */
  async measure(
    repo: Pick<RepoRow, 'common_dir' | 'uuid' | 'is_hosted'>,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    const [registered, store] = await Promise.all([
      diskUsage(repo.common_dir, options),
      repo.is_hosted ? 0 : this.#stores.size(repo.uuid, options),
    ])
    return registered + store
  }

  /** Measures again after a run that changed something, at most once a minute. A failure is logged and no more. */
  async refresh(repo: RepoRow, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (signal.aborted) return
    const now = this.#clock.now()
    if (now - (this.#measuredAt.get(repo.id) ?? Number.NEGATIVE_INFINITY) < atMostEveryMs) return
    this.#measuredAt.set(repo.id, now)
    try {
      const size_bytes = await this.measure(repo, { signal })
      await this.#storage.collection('repos').update(repo.id, { size_bytes })
    } catch (error) {
      this.#logger.warn('the size of a repository could not be measured', { repo_id: repo.id, error })
    }
  }
}
