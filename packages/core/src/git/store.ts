import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import type { GitRunner } from './command.ts'
import { DamagedStores } from './damaged-stores.ts'
import { diskUsage } from './disk-usage.ts'
import type { MaintenanceTask } from './due-tasks.ts'
import { requireFullRef } from './full-ref.ts'
import { ifGone } from './if-gone.ts'
import { lfsOnItsWay } from './lfs/on-its-way.ts'
import { newPrefix, oldPrefix, type RetireOptions, retireStore } from './retire-store.ts'
import { SharedWork } from './shared-work.ts'
import { draftStore } from './store-draft.ts'
import { storeError } from './store-error.ts'
import { type Healed, StoreHealing } from './store-healing.ts'
import { StoreLocks, type Unlocked } from './store-locks.ts'
import { type MaintenanceOptions, StoreMaintenance } from './store-maintenance.ts'

/** What a store is opened for; a repository record has these. */
export interface StoreSource {
  readonly uuid: string
  /** The directories of the repository; the common one seeds a new store. */
  readonly git_dir: string
  readonly common_dir: string
  readonly object_format: 'sha1' | 'sha256'
  /** Whether the repository is gitferry’s own: then it is its own store. Default false. */
  readonly is_hosted?: boolean
}

export interface OpenStoreOptions {
  readonly signal?: AbortSignal | undefined
  /** For seeding a new store, in ms. Default: the runner’s. */
  readonly timeoutMs?: number | undefined
}

type SignalOption = Pick<OpenStoreOptions, 'signal'>

/** The bare repository that gitferry owns behind one managed repository. */
export class Store {
  readonly path: string
  readonly uuid: string

  constructor(path: string, uuid: string) {
    this.path = path
    this.uuid = uuid
  }

  /**
   * Where a ref of a remote is kept here: `refs/heads/x` of `origin` → `refs/remotes/origin/heads/x`. Branches and
   * tags of each remote have a place of their own, so that two remotes’ tags never collide.
   * @throws REF_INVALID when `ref` is neither a branch nor a tag
   */
  trackingRef(remote: string, ref: string): string {
    if (!/^refs\/(?:heads|tags)\//.test(ref)) {
      throw new GitferryError('REF_INVALID', `${JSON.stringify(ref)} is neither a branch nor a tag.`)
    }
    return requireFullRef(`refs/remotes/${remote}/${ref.slice('refs/'.length)}`)
  }
}

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export interface StoresOptions {
  readonly runner: GitRunner
  /** Stores live in `<dataDir>/stores/<uuid>.git`. */
  readonly dataDir: string
  /** Absolute folders out of which no repository that seeds a store may lead; `null`: every path is trusted. */
  readonly repoRoots: readonly string[] | null
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
  readonly logger: Logger
  /** What becomes of overwritten values that earlier versions kept in a store. Default: it is moved to `kept/` whole. */
  readonly retiring?: RetireOptions | undefined
  /** Told of each damaged store that was taken out of its place. Default: nobody is. */
  readonly onSetAside?: ((uuid: string) => void) | undefined
}

/** Keeps the stores: makes, opens and removes them. What keeps one in health is each in a part of its own. */
export class Stores {
  readonly #runner: GitRunner
  readonly #dir: string
  readonly #repoRoots: readonly string[] | null
  readonly #logger: Logger
  readonly #retiring: RetireOptions
  readonly #opening = new SharedWork<string, Store>()
  readonly #damaged: DamagedStores
  readonly #healing: StoreHealing
  readonly #locks: StoreLocks
  readonly #maintenance: StoreMaintenance

  constructor({ runner, dataDir, repoRoots, clock, logger, retiring = {}, onSetAside }: StoresOptions) {
    this.#runner = runner
    this.#dir = join(dataDir, 'stores')
    this.#repoRoots = repoRoots
    this.#logger = logger
    this.#retiring = retiring
    this.#damaged = new DamagedStores({ dir: this.#dir, clock, logger, retiring, onSetAside })
    this.#healing = new StoreHealing({ runner, damaged: this.#damaged, logger })
    this.#locks = new StoreLocks({ clock, logger })
    this.#maintenance = new StoreMaintenance({ runner, clock, logger })
  }

  /**
   * Opens the store of a repository. The first time it is made and seeded with what the repository holds, so
   * that nothing already here is downloaded again; two calls at once share that work. A store stands in its
   * place whole or not at all.
   * @throws STORE_FAILED, DISK_FULL, GIT_TIMEOUT, ABORTED
   */
  async open(repo: StoreSource, { signal, timeoutMs }: OpenStoreOptions = {}): Promise<Store> {
    const store = new Store(this.#pathOf(repo), repo.uuid)
    // a hosted one whose HEAD is gone is opened all the same: git says so, and it is never made anew
    if (repo.is_hosted || (await this.#isThere(store))) return store
    return this.#opening.join(repo.uuid, signal, async (shared) => {
      // Made between the look above and now, by a call that has just ended.
      if (!(await this.#isThere(store))) await this.#create(repo, store.path, { signal: shared, timeoutMs })
      return store
    })
  }

  /** Whether the store of a repository has been made. @throws STORE_FAILED */
  has(repo: StoreSource): Promise<boolean> {
    return this.#isThere({ path: this.#pathOf(repo), uuid: repo.uuid })
  }

  /**
   * Removes a store; one that is not there counts as removed. What `retireStore` does not remove is moved out of the
   * way, with a line in the log. `isHosted`: as its record has it; unset: it has none. @throws STORE_FAILED
   */
  async remove(uuid: string, { isHosted }: Pick<RetireOptions, 'isHosted'> = {}): Promise<void> {
    try {
      const became = await retireStore(this.#path(uuid), uuid, { ...this.#retiring, isHosted })
      if (became === 'kept') this.#logger.warn('the overwritten values of a store were kept', { uuid })
      if (became === 'retired')
        this.#logger.warn('a hosted repository, or what may be one, was moved out of the way', { uuid })
    } catch (error) {
      throw storeError('be removed', uuid, error)
    }
  }

  /** What looking after the store would do now; starts no process. */
  dueTasks(repo: StoreSource, options: MaintenanceOptions = {}): Promise<MaintenanceTask[]> {
    return this.#maintenance.due(this.#pathOf(repo), options)
  }

  /**
   * Keeps an open store quick: packs refs and objects, brings the commit-graph up to date and, if `thorough`, collects
   * garbage, each only where it is due. To be called while nobody else uses the store. Answers what was done.
   * @throws GIT_*, DISK_FULL, ABORTED
   */
  maintain(store: Store, options: MaintenanceOptions = {}): Promise<MaintenanceTask[]> {
    return this.#maintenance.maintain(store, options)
  }

  /**
   * Finds out whether a store is damaged and, if so, puts a new one in its place that is seeded from the repository; the
   * damaged one is set aside for a week. To be called while nobody else uses the store. For what it answers and
   * throws, see `StoreHealing`.
   */
  check(repo: StoreSource, options: SignalOption = {}): Promise<'sound' | 'healed'> {
    return this.#healing.check(this.#pathOf(repo), repo, options)
  }

  /** As `check`, after a run that failed with `error`; starts nothing where that tells of no damage. */
  async heal(repo: StoreSource, error: unknown, options: SignalOption = {}): Promise<Healed> {
    const healed = await this.#healing.heal(this.#pathOf(repo), repo, error, options)
    if (healed === 'healed') await this.open(repo, options)
    return healed
  }

  /** After a run that failed with `error` because of a lock; see `StoreLocks.unlock`. */
  unlock(repo: StoreSource, error: unknown, options: SignalOption = {}): Promise<Unlocked> {
    return this.#locks.unlock(this.#pathOf(repo), repo.uuid, error, options)
  }

  /**
   * Removes the lock files and temporary packs that a git of ours left which had to be killed. To be called while nobody
   * else uses the store; does nothing when there is none. With `onlyStale`, and in a hosted repository, where others
   * may be at work, only what is older than git ever holds it goes.
   */
  async clearUp(
    repo: StoreSource,
    { onlyStale = false }: { readonly onlyStale?: boolean } = {},
  ): Promise<void> {
    await this.#locks.clear(this.#pathOf(repo), repo.uuid, {
      onlyStale: onlyStale || repo.is_hosted === true,
    })
  }

  /** Bytes of the files in a store; 0 when there is none. @throws ABORTED */
  size(uuid: string, options: SignalOption = {}): Promise<number> {
    return diskUsage(this.#path(uuid), options)
  }

  /** Removes the damaged stores whose week is over. */
  async removeOldDamaged({ tell = false }: { readonly tell?: boolean } = {}): Promise<void> {
    await this.#damaged.removeOld({ tell })
  }

  /**
   * Clears up after a crash: half-made and half-removed stores go, and in the others the lock files and
   * temporary packs that a killed git left. To be called at start, after `reapChildren` and before the first
   * run, when no git of ours is at work. `known`: stores of other uuids go as well.
   */
  async sweep(known?: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#dir).catch(ifGone([]))
    for (const name of names) {
      const uuid = name.replace(/\.git$/, '')
      const isRubbish = name.startsWith(newPrefix) || name.startsWith(oldPrefix)
      const isForgotten = known !== undefined && uuidForm.test(uuid) && !known.has(uuid)
      if (isForgotten) await this.remove(uuid)
      else if (isRubbish) {
        await rm(join(this.#dir, name), { recursive: true, force: true })
        this.#logger.info('removed a left-over store', { name })
      } else if (uuidForm.test(uuid)) {
        await this.#locks.clear(this.#path(uuid), uuid, { onlyStale: false })
        await rm(join(this.#path(uuid), lfsOnItsWay), { recursive: true, force: true })
      }
    }
    await this.removeOldDamaged({ tell: true })
  }

  #pathOf(repo: StoreSource): string {
    return repo.is_hosted ? repo.common_dir : this.#path(repo.uuid)
  }

  #path(uuid: string): string {
    if (!uuidForm.test(uuid)) throw new GitferryError('INVALID_INPUT', 'Not the uuid of a repository.')
    return join(this.#dir, `${uuid}.git`)
  }

  async #isThere({ path, uuid }: Pick<Store, 'path' | 'uuid'>): Promise<boolean> {
    try {
      await stat(join(path, 'HEAD'))
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw storeError('be opened', uuid, error)
    }
  }

  async #create(repo: StoreSource, path: string, options: OpenStoreOptions): Promise<void> {
    const draft = join(this.#dir, `${newPrefix}${repo.uuid}-${randomUUID()}`)
    const parts = { runner: this.#runner, repoRoots: this.#repoRoots, logger: this.#logger }
    try {
      await draftStore(repo, draft, { ...parts, ...options })
      // what has lost its HEAD is no repository to git, and would be in the way
      await this.#damaged.setAside(path, repo.uuid, 'HEAD is missing')
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { recursive: true, force: true })
      throw isGitferryError(error) ? error : storeError('be made', repo.uuid, error)
    }
  }
}
