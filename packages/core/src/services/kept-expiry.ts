import type { RepoRow } from '../contract/index.ts'
import type { KeptStores } from '../git/kept-stores.ts'
import type { Clock, Logger, StorageSession } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { findAll } from './pages.ts'

export interface KeptExpiryDeps {
  readonly storage: ManagedStorage
  readonly clock: Clock
  readonly logger: Logger
  readonly keptStores: KeptStores
  /** Settles what runs that have ended left open. */
  readonly recover: () => Promise<unknown>
}

const everyMs = 60_000
/** Compacting writes a whole store anew, so it is done once a day at most. */
const compactEveryMs = 86_400_000

/** Lets go of kept values: first the rows whose time is over, then what no row names any more, then the room. */
export class KeptExpiry {
  readonly #deps: KeptExpiryDeps
  readonly #closing = new AbortController()
  /** Stores to look at: what no row names may be in them. After a start, any. */
  #unsure: Set<string> | undefined
  readonly #toCompact = new Set<string>()
  readonly #compactedAt = new Map<string, number>()
  #lastAt = Number.NEGATIVE_INFINITY
  #underWay: Promise<void> = Promise.resolve()
  #isBusy = false

  constructor(deps: KeptExpiryDeps) {
    this.#deps = deps
  }

  /** To be told when a row was deleted, or may be without its row soon: the store is looked at the next time. */
  look(uuid: string): void {
    this.#unsure?.add(uuid)
  }

  /** Begins to expire, if a minute has passed since the last time; nobody waits for it, and it never fails. */
  begin(): void {
    if (this.#isBusy || this.#closing.signal.aborted || this.#deps.clock.now() - this.#lastAt < everyMs)
      return
    this.#lastAt = this.#deps.clock.now()
    this.#isBusy = true
    this.#underWay = this.expire().finally(() => {
      this.#isBusy = false
    })
  }

  /** Waits for what `begin` began. */
  settled(): Promise<void> {
    return this.#underWay
  }

  /** Gives up what is under way; the next start goes on. May be called twice. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#underWay
  }

  /** As `begin`, at once and to be waited for. Never fails: what could not be done is logged and done the next time. */
  async expire(): Promise<void> {
    const { keptStores, logger, recover } = this.#deps
    try {
      await recover()
      this.#unsure ??= new Set(await keptStores.uuids())
      await this.#expireRows()
    } catch (error) {
      logger.warn('kept values could not be looked through; it is tried again in a minute', { error })
      return
    }
    for (const uuid of [...this.#unsure]) await this.#tidy(uuid, () => this.#dropRefs(uuid))
    for (const uuid of [...this.#toCompact]) await this.#tidy(uuid, () => this.#compact(uuid))
  }

  /** Forgets everything that was kept for a repository, in the transaction of whoever said so; answers how much. */
  async forgetRepo(session: StorageSession, { uuid }: Pick<RepoRow, 'uuid'>): Promise<number> {
    this.look(uuid)
    return session.collection('kept_refs').deleteWhere({ repo_uuid: uuid })
  }

  /** After `forgetRepo`: removes the kept store, with what earlier versions kept. @throws STORE_FAILED */
  async dropStore({ uuid }: Pick<RepoRow, 'uuid'>): Promise<void> {
    await this.#deps.keptStores.drop(uuid)
  }

  async #expireRows(): Promise<void> {
    const { clock, storage } = this.#deps
    const where = { state: 'kept', expires_at: { lt: new Date(clock.now()).toISOString() } } as const
    const expired = await storage.collection('kept_refs').find({ where })
    if (expired.length === 0) return
    for (const { repo_uuid } of expired) this.look(repo_uuid)
    await storage.collection('kept_refs').deleteWhere(where)
  }

  async #dropRefs(uuid: string): Promise<void> {
    const { keptStores, storage } = this.#deps
    const named = async () => {
      const names = new Set<string>()
      const rows = findAll(storage.collection('kept_refs'), { where: { repo_uuid: uuid } })
      for await (const row of rows) names.add(row.kept_ref)
      return names
    }
    // before the look: whoever deletes a row meanwhile puts it in again
    this.#unsure?.delete(uuid)
    try {
      const isLighter = await keptStores.retain(uuid, named, { signal: this.#closing.signal })
      if (isLighter) this.#toCompact.add(uuid)
    } catch (error) {
      this.look(uuid)
      throw error
    }
  }

  async #compact(uuid: string): Promise<void> {
    const now = this.#deps.clock.now()
    if (now - (this.#compactedAt.get(uuid) ?? Number.NEGATIVE_INFINITY) < compactEveryMs) return
    await this.#deps.keptStores.compact(uuid, { signal: this.#closing.signal })
    this.#compactedAt.set(uuid, now)
    this.#toCompact.delete(uuid)
  }

  async #tidy(uuid: string, work: () => Promise<void>): Promise<void> {
    if (this.#closing.signal.aborted) return
    try {
      await work()
    } catch (error) {
      if (this.#closing.signal.aborted) return
      this.#deps.logger.warn('a kept store could not be tidied; it is tried again in a minute', {
        uuid,
        error,
      })
    }
  }
}
