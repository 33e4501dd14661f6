import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GitferryError } from '../errors/index.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import type { GitRunner } from './command.ts'
import { forEachRef } from './commands/for-each-ref.ts'
import { initBare } from './commands/init.ts'
import { ifGone } from './if-gone.ts'
import { isUnrecorded, keptPrefix } from './kept-ref-names.ts'
import { type HeldValue, KeptStore, type KeptValue } from './kept-store.ts'
import { flush } from './link-packs.ts'
import { newPrefix, oldPrefix } from './retire-store.ts'
import type { StoreSource } from './store.ts'
import { storeConfig } from './store-config.ts'
import { storeError } from './store-error.ts'
import { StoreLocks } from './store-locks.ts'

/** Whose kept store, and what objects are called there. */
export type KeptStoreSource = Pick<StoreSource, 'uuid' | 'object_format'>

export interface KeepInput extends KeptStoreSource {
  /** The bare repository that has the objects. */
  readonly from: string
  readonly runId: number
  readonly values: readonly KeptValue[]
}

export interface KeptStoresOptions {
  readonly runner: GitRunner
  /** Kept stores live in `<dataDir>/kept/<uuid>.git`. */
  readonly dataDir: string
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
  readonly logger: Logger
  /** One at a time in a kept store. */
  readonly lock: {
    hold<Result>(key: string, work: () => Promise<Result>, options?: Options): Promise<Result>
  }
}

type Options = { readonly signal?: AbortSignal | undefined }

const storeName = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.git$/

/**
 * Bare repositories that hold what runs have overwritten or deleted, one for each managed repository and apart from its
 * working store, which may be made anew. Nothing goes from them but what no row names any more.
 */
export class KeptStores {
  readonly #runner: GitRunner
  readonly #dir: string
  readonly #logger: Logger
  readonly #lock: KeptStoresOptions['lock']
  readonly #locks: StoreLocks

  constructor({ runner, dataDir, clock, logger, lock }: KeptStoresOptions) {
    this.#runner = runner
    this.#dir = join(dataDir, 'kept')
    this.#logger = logger
    this.#lock = lock
    this.#locks = new StoreLocks({ clock, logger })
  }

  /** Where the kept store of a repository is, or would be. @throws INVALID_INPUT when it is no uuid */
  path(uuid: string): string {
    if (storeName.test(`${uuid}.git`)) return join(this.#dir, `${uuid}.git`)
    throw new GitferryError('INVALID_INPUT', 'Not the uuid of a repository.')
  }

  /** The repositories that have a kept store. */
  async uuids(): Promise<string[]> {
    const names = await readdir(this.#dir).catch(ifGone([]))
    return names.flatMap((name) => storeName.exec(name)?.[1] ?? [])
  }

  /**
   * Keeps values: the packs of `from` are linked, git itself brings what is missing still and checks that everything is
   * there, then refs are made; none is ever changed. `record` is called when all is durable, before anybody else comes
   * to the store.
   * @throws STORE_FAILED, GIT_FAILED when `from` lacks an object, DISK_FULL, GIT_TIMEOUT, ABORTED; what `record` throws
   */
  async keep(
    { from, runId, values, ...source }: KeepInput,
    { signal }: Options,
    record: (held: readonly HeldValue[]) => Promise<void>,
  ): Promise<void> {
    await this.#alone(source.uuid, { signal }, async () => {
      await record(await this.#within(source, signal, (store) => store.keep(values, runId, from)))
    })
  }

  /**
   * Takes over what an earlier version kept in a working store, under the names that it has there. Answers how many
   * values. @throws as `keep`
   */
  async adopt(source: KeptStoreSource, from: string): Promise<number> {
    const found = await this.#runner.run(forEachRef([keptPrefix]), { gitDir: from })
    if (found.size > 0) {
      const adopt = () => this.#within(source, undefined, (store) => store.adopt(found, from))
      await this.#alone(source.uuid, {}, adopt)
    }
    return found.size
  }

  /**
   * Brings kept objects into another repository, without a ref.
   * @throws KEPT_REF_NOT_FOUND when the kept store is gone, GIT_FAILED when an object is, DISK_FULL, ABORTED
   */
  async fetchInto(
    to: string,
    uuid: string,
    oids: readonly string[],
    { signal }: Options = {},
  ): Promise<void> {
    await this.#alone(uuid, { signal }, async (path) => {
      if (await isThere(path)) return this.#open(path, signal).giveTo(to, oids)
      throw new GitferryError('KEPT_REF_NOT_FOUND', `The kept store ${path} is not there any more.`, {
        details: { oids: [...oids] },
      })
    })
  }

  /**
   * Lets go of every ref that `listed`, asked while nobody else keeps anything, does not name, and removes a store that
   * is empty then. What an earlier version kept is named nowhere, and stays. Answers whether objects may have become
   * unreachable. @throws GIT_*, STORE_FAILED, ABORTED
   */
  retain(
    uuid: string,
    listed: () => Promise<ReadonlySet<string>>,
    { signal }: Options = {},
  ): Promise<boolean> {
    return this.#alone(uuid, { signal }, async (path) => {
      if (!(await isThere(path))) return false
      const store = this.#open(path, signal)
      const [wanted, found] = [await listed(), await store.refs()]
      const gone = new Map([...found].filter(([name]) => !wanted.has(name) && !isUnrecorded(name)))
      if (gone.size === found.size) await this.#remove(path, uuid)
      else if (gone.size > 0) await store.letGo(gone)
      return gone.size > 0 && gone.size < found.size
    })
  }

  /** Gives back the room of what no ref reaches; nothing when there is no store. @throws GIT_*, ABORTED */
  async compact(uuid: string, { signal }: Options = {}): Promise<void> {
    await this.#alone(uuid, { signal }, async (path) => {
      if (await isThere(path)) await this.#open(path, signal).compact()
    })
  }

  /** Removes a kept store with everything in it; one that is not there counts as removed. @throws STORE_FAILED */
  async drop(uuid: string): Promise<void> {
    await this.#alone(uuid, {}, (path) => this.#remove(path, uuid))
  }

  /** Clears up after a crash. To be called at start, when no git of ours is at work. */
  async sweep(): Promise<void> {
    const names = await readdir(this.#dir).catch(ifGone([]))
    for (const name of names.filter((entry) => entry.startsWith(newPrefix) || entry.startsWith(oldPrefix))) {
      await rm(join(this.#dir, name), { recursive: true, force: true })
      this.#logger.info('removed a left-over kept store', { name })
    }
    for (const uuid of await this.uuids()) await this.#clearUp(uuid)
  }

  /** Alone in a kept store; a git that fails there leaves nothing that stops the next. */
  #alone<Result>(uuid: string, options: Options, work: (path: string) => Promise<Result>): Promise<Result> {
    const path = this.path(uuid)
    const guarded = async () => {
      try {
        return await work(path)
      } catch (error) {
        await this.#clearUp(uuid).catch(() => {})
        throw isFileError(error) ? storeError('take or give kept values', uuid, error) : error
      }
    }
    return this.#lock.hold(`kept:${uuid}`, guarded, options)
  }

  #open(path: string, signal: AbortSignal | undefined): KeptStore {
    return new KeptStore(path, { runner: this.#runner, signal })
  }

  /** Works in the store, or in a draft that becomes it: it stands in its place whole or not at all. */
  async #within<Result>(
    { uuid, object_format }: KeptStoreSource,
    signal: AbortSignal | undefined,
    work: (store: KeptStore) => Promise<Result>,
  ): Promise<Result> {
    const path = this.path(uuid)
    if (await isThere(path)) return work(this.#open(path, signal))
    const draft = join(this.#dir, `${newPrefix}${uuid}-${randomUUID()}`)
    try {
      await mkdir(draft, { recursive: true, mode: 0o700 })
      await this.#runner.run(initBare({ path: draft, objectFormat: object_format }), { signal })
      await writeFile(join(draft, 'config'), storeConfig({ objectFormat: object_format }))
      const result = await work(this.#open(draft, signal))
      await rename(draft, path)
      await flush(this.#dir)
      return result
    } catch (error) {
      await rm(draft, { recursive: true, force: true })
      throw error
    }
  }

  #clearUp(uuid: string): Promise<void> {
    return this.#locks.clear(this.path(uuid), uuid, { onlyStale: false })
  }

  /** Out of its place first: a crash must not leave half a store there. */
  async #remove(path: string, uuid: string): Promise<void> {
    const old = join(this.#dir, `${oldPrefix}${uuid}-${randomUUID()}`)
    await rename(path, old).catch(ifGone(undefined))
    await rm(old, { recursive: true, force: true })
  }
}

const isThere = (path: string): Promise<boolean> => stat(join(path, 'HEAD')).then(() => true, ifGone(false))

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error
