import { lstat, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { GitferryError } from '../errors/index.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import { ifGone } from './if-gone.ts'
import { type RetireOptions, retireStore } from './retire-store.ts'
import { hasHostedMark } from './store-config.ts'

/** How long a damaged store is kept for whoever wants to look at it, in ms. */
export const keepDamagedMs = 7 * 24 * 60 * 60_000

const prefix = '.corrupt-'
const form = /^\.corrupt-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d{8}T\d{6}\d*Z)$/

/** A store that was found damaged and taken out of its place. */
export interface DamagedStore {
  /** The folder in `<dataDir>/stores`. */
  readonly name: string
  readonly uuid: string
  /** When it was taken out of its place, in ms since 1970. */
  readonly at: number
}

/** Where damaged stores wait for a week, beside the good ones: `<dataDir>/stores/.corrupt-<uuid>-<time>`. */
export class DamagedStores {
  readonly #dir: string
  readonly #clock: Pick<Clock, 'now'>
  readonly #logger: Logger
  readonly #retiring: RetireOptions
  readonly #onSetAside: (uuid: string) => void

  constructor(deps: {
    /** `<dataDir>/stores`. */
    readonly dir: string
    readonly clock: Pick<Clock, 'now'>
    readonly logger: Logger
    readonly retiring?: RetireOptions
    /** Told of each store that was taken out of its place. Default: nobody is. */
    readonly onSetAside?: ((uuid: string) => void) | undefined
  }) {
    this.#dir = deps.dir
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#retiring = deps.retiring ?? {}
    this.#onSetAside = deps.onSetAside ?? (() => {})
  }

  /**
   * Takes what stands at `path` out of its place; false: nothing does.
   * @throws STORE_FAILED when it is a hosted repository, by its own mark: that may be the only copy
   */
  async setAside(path: string, uuid: string, said: string): Promise<boolean> {
    const isThere = await lstat(path).then(() => true, ifGone(false))
    if (!isThere) return false
    const config = await readFile(join(path, 'config'), 'utf8').catch(() => '')
    if (hasHostedMark(config)) throw isHosted(path, said)
    const time = new Date(this.#clock.now()).toISOString().replace(/[-:.]/g, '')
    const name = `${prefix}${uuid}-${time}`
    await rename(path, join(this.#dir, name))
    this.#logger.warn('a damaged store was replaced; it is kept for a week', { uuid, name, said })
    this.#onSetAside(uuid)
    return true
  }

  async list(): Promise<DamagedStore[]> {
    const names = await readdir(this.#dir).catch(ifGone([]))
    return names.flatMap((name) => {
      const [, uuid, time] = form.exec(name) ?? []
      return uuid === undefined || time === undefined ? [] : [{ name, uuid, at: timeOf(time) }]
    })
  }

  /**
   * Removes those whose week is over, and with `tell` names the others in a warning. One that holds overwritten values
   * is never removed, only retired to where those are kept.
   */
  async removeOld({ tell }: { readonly tell: boolean }): Promise<void> {
    const now = this.#clock.now()
    const waiting: string[] = []
    for (const { name, uuid, at } of await this.list()) {
      if (now - at < keepDamagedMs) waiting.push(name)
      else {
        const became = await retireStore(join(this.#dir, name), uuid, {
          ...this.#retiring,
          // none is ever set aside
          isHosted: false,
        })
        this.#logger.info('a damaged store was removed after its week', { uuid, name, became })
      }
    }
    if (tell && waiting.length > 0) {
      this.#logger.warn('damaged stores are kept for a week after they were replaced', { names: waiting })
    }
  }
}

const isHosted = (path: string, said: string): GitferryError =>
  new GitferryError(
    'STORE_FAILED',
    `The hosted repository ${path} is damaged (${said}) and is not replaced by itself. Put it back from a backup.`,
    { details: { path, reason: 'corrupt' } },
  )

/** `20260101T000000000Z` → ms since 1970. */
function timeOf(compact: string): number {
  const [, year, month, day, hour, minute, second, ms] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d*)Z$/.exec(compact) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms || '000'}Z`)
}
