import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { Logger } from '../ports/logger.ts'
import type { GitRunner } from './command.ts'
import { fetch } from './commands/fetch.ts'
import { initBare } from './commands/init.ts'
import { packRefs } from './commands/pack-refs.ts'
import { repack } from './commands/repack.ts'
import { diskUsage } from './disk-usage.ts'
import { requireFullRef } from './full-ref.ts'
import { ifGone } from './if-gone.ts'
import { checkStructure } from './local/structure.ts'
import { fileUrl } from './remote-url.ts'
import { oldPrefix, retireStore } from './retire-store.ts'
import { SharedWork } from './shared-work.ts'

/** What a store is opened for; a repository record has these. */
export interface StoreSource {
  readonly uuid: string
  /** The directories of the repository; the common one seeds a new store. */
  readonly git_dir: string
  readonly common_dir: string
  readonly object_format: 'sha1' | 'sha256'
}

export interface OpenStoreOptions {
  readonly signal?: AbortSignal | undefined
  /** For seeding a new store, in ms. Default: the runner’s. */
  readonly timeoutMs?: number | undefined
}

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

/** Packs in a store from which on they are rolled up. */
const packLimit = 50
/** The limit of one roll-up, in ms. */
const maintenanceMs = 600_000

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const newPrefix = '.new-'

const seedRefspecs = ['heads', 'tags', 'remotes'].map((kind) => ({
  source: `refs/${kind}/*`,
  target: `refs/gitferry/seed/${kind}/*`,
}))

/** After these a new attempt is better than a store without seed. */
const notWorthAnEmptyStore = ['ABORTED', 'GIT_TIMEOUT', 'DISK_FULL', 'GIT_MISSING', 'INTERNAL'] as const

function storeConfig(objectFormat: StoreSource['object_format']): string {
  const isSha1 = objectFormat === 'sha1'
  return [
    '[core]',
    `\trepositoryFormatVersion = ${isSha1 ? 0 : 1}`,
    '\tbare = true',
    '\tfileMode = true',
    '\tlogAllRefUpdates = false',
    ...(isSha1 ? [] : ['[extensions]', '\tobjectFormat = sha256']),
    '[uploadpack]',
    '\tallowAnySHA1InWant = true',
    '[gc]',
    '\tauto = 0',
    '[maintenance]',
    '\tauto = false',
    '',
  ].join('\n')
}

export interface StoresOptions {
  readonly runner: GitRunner
  /** Stores live in `<dataDir>/stores/<uuid>.git`. */
  readonly dataDir: string
  /** Absolute folders out of which no repository that seeds a store may lead; `null`: every path is trusted. */
  readonly repoRoots: readonly string[] | null
  readonly logger: Logger
}

/** Keeps the stores: makes, opens and removes them. */
export class Stores {
  readonly #runner: GitRunner
  readonly #dir: string
  readonly #repoRoots: readonly string[] | null
  readonly #logger: Logger
  readonly #opening = new SharedWork<string, Store>()

  constructor({ runner, dataDir, repoRoots, logger }: StoresOptions) {
    this.#runner = runner
    this.#dir = join(dataDir, 'stores')
    this.#repoRoots = repoRoots
    this.#logger = logger
  }

  /**
   * Opens the store of a repository. The first time it is made and seeded with what the repository holds, so
   * that nothing already here is downloaded again; two calls at once share that work. A store stands in its
   * place whole or not at all.
   * @throws STORE_FAILED, DISK_FULL, GIT_TIMEOUT, ABORTED
   */
  async open(repo: StoreSource, { signal, timeoutMs }: OpenStoreOptions = {}): Promise<Store> {
    const path = this.#path(repo.uuid)
    if (await this.#isThere(path, repo.uuid)) return new Store(path, repo.uuid)
    return this.#opening.join(repo.uuid, signal, async (shared) => {
      // Made between the look above and now, by a call that has just ended.
      if (await this.#isThere(path, repo.uuid)) return new Store(path, repo.uuid)
      await this.#create(repo, path, { signal: shared, timeoutMs })
      return new Store(path, repo.uuid)
    })
  }

  /**
   * Removes a store; one that is not there counts as removed, and one that holds overwritten values is moved to
   * `<dataDir>/kept` instead, with a line in the log. @throws STORE_FAILED
   */
  async remove(uuid: string): Promise<void> {
    try {
      const became = await retireStore(this.#path(uuid), uuid)
      if (became === 'kept') this.#logger.warn('a store that holds overwritten values was kept', { uuid })
    } catch (error) {
      throw storeError('be removed', uuid, error)
    }
  }

  /**
   * Keeps an open store quick: every fetch leaves a pack, and from 50 on they are rolled up. To be called while
   * nobody else uses the store. Answers whether there was something to do.
   * @throws GIT_*, ABORTED
   */
  async maintain(
    store: Store,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<boolean> {
    const names = await readdir(join(store.path, 'objects', 'pack')).catch(ifGone([]))
    if (names.filter((name) => name.endsWith('.pack')).length < packLimit) return false
    await this.#runner.run(repack(), { gitDir: store.path, timeoutMs: maintenanceMs, signal })
    return true
  }

  /**
   * Removes the lock files and temporary packs that a git of ours left which had to be killed. To be called while nobody
   * else uses the store; does nothing when there is none.
   */
  async clearUp(uuid: string): Promise<void> {
    await this.#sweepStore(uuid)
  }

  /** Bytes of the files in a store; 0 when there is none. @throws ABORTED */
  size(uuid: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<number> {
    return diskUsage(this.#path(uuid), options)
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
      } else if (uuidForm.test(uuid)) await this.#sweepStore(uuid)
    }
  }

  async #sweepStore(uuid: string): Promise<void> {
    const path = this.#path(uuid)
    const names = await readdir(path, { recursive: true }).catch(ifGone([]))
    const isLeftOver = /(?:^|\/)(?:[^/]+\.lock|tmp_(?:pack|idx|rev|obj)_[^/]+|tmp_objdir-[^/]+)$/
    for (const name of names.filter((entry) => isLeftOver.test(entry))) {
      await rm(join(path, name), { recursive: true, force: true })
      this.#logger.warn('removed what a killed git left in a store', { uuid, name })
    }
  }

  #path(uuid: string): string {
    if (!uuidForm.test(uuid)) throw new GitferryError('INVALID_INPUT', 'Not the uuid of a repository.')
    return join(this.#dir, `${uuid}.git`)
  }

  async #isThere(path: string, uuid: string): Promise<boolean> {
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
    try {
      await mkdir(draft, { recursive: true, mode: 0o700 })
      await this.#runner.run(initBare({ path: draft, objectFormat: repo.object_format }), {
        signal: options.signal,
      })
      await writeFile(join(draft, 'config'), storeConfig(repo.object_format))
      await this.#seed(repo, draft, options)
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { recursive: true, force: true })
      throw isGitferryError(error) ? error : storeError('be made', repo.uuid, error)
    }
  }

  async #seed(repo: StoreSource, draft: string, options: OpenStoreOptions): Promise<void> {
    const { uuid } = repo
    const command = fetch({ url: fileUrl(repo.common_dir), protocol: 'file', refspecs: seedRefspecs })
    // Refs are flushed to the disk together, when they are packed; one by one takes a millisecond each.
    const settings = [['core.fsync', 'objects,derived-metadata']] as const
    try {
      await checkStructure(repo, this.#repoRoots)
      await this.#runner.run({ ...command, settings }, { ...options, gitDir: draft })
      await this.#runner.run(packRefs(), { ...options, gitDir: draft })
    } catch (error) {
      if (notWorthAnEmptyStore.some((code) => isGitferryError(error, code))) throw error
      // A damaged or shallow repository cannot seed, nor one that leads out of the roots by now; yet its remotes
      // can still be synced.
      this.#logger.warn('a new store could not be seeded from the repository', { uuid, error: String(error) })
    }
  }
}

function storeError(what: string, uuid: string, cause: unknown): GitferryError {
  const { code } = cause as NodeJS.ErrnoException
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return new GitferryError(
    isFull ? 'DISK_FULL' : 'STORE_FAILED',
    `The store ${uuid} could not ${what} (${code ?? 'unknown'}). Check the data directory.`,
    { cause },
  )
}
