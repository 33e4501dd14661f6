import { randomUUID } from 'node:crypto'
import { GitferryError } from '../errors/index.ts'
import type { Clock, Collection, Logger, Tables } from '../ports/index.ts'
import type { ManagedStorage } from './managed-storage.ts'

/** How often a lease is written anew, and how old one may be before its holder counts as gone, in ms. */
const refreshMs = 30_000
const validMs = 90_000

/** A `server` seals under the key that it was started with; a `rotation` replaces that key. */
type LeaseKind = 'server' | 'rotation'

interface LeaseValue {
  readonly started_at: string
  readonly seen_at: string
}

interface FoundLease extends LeaseValue {
  readonly id: number
  readonly isValid: boolean
}

type Settings = Collection<Tables['settings']>

const iso = (time: number) => new Date(time).toISOString()

/**
 * A row of the table `settings` that says who is at work on a storage, and that they are alive: whoever rotates the secret
 * keys must be alone, and the lock of the data directory tells nothing across containers, nor of another data directory.
 */
export class StorageLease {
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #kind: LeaseKind
  readonly #name: string
  #startedAt: string | undefined
  #cancelTimer = () => {}
  #refreshing: Promise<void> | undefined

  constructor(deps: {
    readonly storage: ManagedStorage
    readonly clock: Clock
    readonly logger: Logger
    readonly kind: LeaseKind
  }) {
    this.#storage = deps.storage
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#kind = deps.kind
    this.#name = `${deps.kind}:${randomUUID()}`
  }

  /**
   * Takes the lease, refreshes it from now on, and removes those whose holders are gone. A rotation takes the place of
   * one that was cut off. To be called before the secret key is looked at.
   * @throws CLOSED while a server, or an administration, holds one and this is a rotation, or the other way round
   */
  async take(): Promise<void> {
    const now = this.#clock.now()
    await this.#storage.transaction(async (session) => {
      const settings = session.collection('settings')
      const servers = await findLeases(settings, 'server', now)
      const rotations = await findLeases(settings, 'rotation', now)
      const isRotation = this.#kind === 'rotation'
      const other = (isRotation ? servers : rotations).find(({ isValid }) => isValid)
      if (other !== undefined) throw isRotation ? atWork(other) : rotating(other)
      const gone = [...servers.filter(({ isValid }) => !isValid), ...rotations]
      await settings.deleteWhere({ id: { in: gone.map(({ id }) => id) } })
      await settings.insert({ name: this.#name, value: this.#value(iso(now), now) })
    })
    this.#startedAt = iso(now)
    this.#setTimer()
  }

  /** Gives it back. What fails is logged: the lease is over by itself soon. May be called twice, or without `take`. */
  async release(): Promise<void> {
    if (this.#startedAt === undefined) return
    this.#startedAt = undefined
    this.#cancelTimer()
    await this.#refreshing
    try {
      await this.#settings.deleteWhere({ name: this.#name })
    } catch (error) {
      this.#logger.warn('the lease on the storage could not be given back; it is over in 90 seconds', {
        error,
      })
    }
  }

  #setTimer(): void {
    this.#cancelTimer = this.#clock.setTimer(refreshMs, () => {
      this.#refreshing = this.#refresh()
    })
  }

  async #refresh(): Promise<void> {
    const startedAt = this.#startedAt!
    try {
      const value = this.#value(startedAt, this.#clock.now())
      const found = await this.#settings.updateWhere({ name: this.#name }, { value })
      if (found === 0) {
        await this.#settings.insert({ name: this.#name, value })
        this.#logger.error(
          'gitferry stood still so long that others took it for gone; if secret keys were rotated meanwhile, start it again',
        )
      }
    } catch (error) {
      this.#logger.warn('the lease on the storage could not be refreshed; it is tried again', { error })
    }
    if (this.#startedAt !== undefined) this.#setTimer()
  }

  #value(started_at: string, now: number): string {
    return JSON.stringify({ started_at, seen_at: iso(now) } satisfies LeaseValue)
  }

  get #settings(): Settings {
    return this.#storage.collection('settings')
  }
}

async function findLeases(settings: Settings, kind: LeaseKind, now: number): Promise<FoundLease[]> {
  // every name that begins so: `;` comes right after `:`
  const rows = await settings.find({ where: { name: { gte: `${kind}:`, lt: `${kind};` } } })
  return rows.map(({ id, value }) => {
    const lease: LeaseValue = JSON.parse(value)
    // one from the future was written before the clock was set back
    return { ...lease, id, isValid: Math.abs(now - Date.parse(lease.seen_at)) < validMs }
  })
}

const endOf = ({ seen_at }: LeaseValue): string => iso(Date.parse(seen_at) + validMs)

const atWork = (lease: LeaseValue) =>
  new GitferryError(
    'CLOSED',
    'Secret keys cannot be rotated while gitferry runs. One is at work on this storage since ' +
      `${lease.started_at}; stop it first. If it was killed, wait until ${endOf(lease)}.`,
    { details: { since: lease.started_at, until: endOf(lease) } },
  )

const rotating = (lease: LeaseValue) =>
  new GitferryError(
    'CLOSED',
    `The secret keys of this storage are being rotated since ${lease.started_at}; wait until that has ended. If it was ` +
      'cut off, run `gitferry keys rotate` again.',
    { details: { since: lease.started_at, until: endOf(lease) } },
  )
