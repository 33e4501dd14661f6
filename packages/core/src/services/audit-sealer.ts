import { setImmediate } from 'node:timers/promises'
import { type AuditAuthority, type ChainHead, chainHash } from '../audit/index.ts'
import type { AuditEntryRow, CallOptions } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { Clock, Collection, Logger } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import type { AuditHead } from './audit-head.ts'
import type { AuditKey } from './audit-key.ts'
import { writtenEntries } from './written-entries.ts'

/** How long an entry may wait for the ones that come after it, in ms, and how many may wait. */
const patienceMs = 1_000
const patienceEntries = 100
const afterFailureMs = 30_000
/** How often it looks for entries that nobody told of. */
const lookEveryMs = 60_000

/** Entries a transaction: other writers wait no longer than it takes to chain them. */
const batch = 100
/** Transactions a checkpoint: what a crash leaves to be taken up again. */
const batchesPerCheckpoint = 10

/**
 * Chains the entries of the audit log, in the order of their ids, a moment after they were written: whoever writes one
 * never waits for it. The chain is stored before the checkpoint says so: a crash in between leaves a chain that goes
 * further than its checkpoint, and the next start takes that up; the other way round it would look cut off.
 */
export class AuditSealer {
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #keys: AuditKey
  readonly #head: AuditHead
  #state: 'new' | 'at work' | 'stopped' = 'new'
  #waiting = 0
  #lookedAt = Number.NEGATIVE_INFINITY
  #cancelTimer = () => {}
  #sealing: Promise<void> = Promise.resolve()
  /** Fires when a stop has no more time. */
  #late: AbortSignal | undefined
  /** The newest entry that was ever sealed. An older one that is not was tampered with, and is left as it is. */
  #newestId: number | undefined

  constructor(deps: {
    readonly storage: ManagedStorage
    readonly clock: Clock
    readonly logger: Logger
    readonly keys: AuditKey
    readonly head: AuditHead
  }) {
    this.#storage = deps.storage
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#keys = deps.keys
    this.#head = deps.head
  }

  /** Begins to seal what is there; waits for none of it. Without a secret box it only says that nothing is sealed. */
  start(): void {
    if (this.#state !== 'new') return
    if (!this.#keys.available) {
      this.#logger.warn('the audit log is not sealed: no secret key is configured')
      return
    }
    this.#state = 'at work'
    void this.#seal()
  }

  /** An entry was written: it will be sealed soon. Never throws, never waits. */
  wake(): void {
    if (this.#state !== 'at work') return
    this.#waiting += 1
    if (this.#waiting === 1) this.#setTimer(patienceMs)
    else if (this.#waiting === patienceEntries) this.#setTimer(0)
  }

  /**
   * Seals also what another process wrote, such as a command beside this gitferry: nobody tells of that, and unsealed it
   * could be deleted unseen. Looks at most once a minute. @throws STORAGE_FAILED
   */
  async look(): Promise<void> {
    const now = this.#clock.now()
    if (this.#state !== 'at work' || now - this.#lookedAt < lookEveryMs) return
    this.#lookedAt = now
    const entries = this.#storage.collection('audit_log')
    const newestId = this.#newestId ?? (await newestSealedId(entries))
    const unsealed = await entries.find({ where: { seq: null, id: { gte: newestId + 1 } }, limit: 1 })
    if (unsealed.length > 0) this.wake()
  }

  /**
   * Seals what is left. Once `signal` fires it ends after the checkpoint in hand; what is left then, or after a
   * failure, which is logged, the next start seals. May be called twice.
   */
  async stop({ signal }: CallOptions = {}): Promise<void> {
    if (this.#state !== 'at work') return
    this.#state = 'stopped'
    this.#late = signal
    await this.#seal()
  }

  #setTimer(ms: number): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#clock.setTimer(ms, () => void this.#seal())
  }

  #seal(): Promise<void> {
    this.#cancelTimer()
    this.#waiting = 0
    this.#sealing = this.#sealing.then(() => this.#sealAll())
    return this.#sealing
  }

  async #sealAll(): Promise<void> {
    try {
      const authority = await this.#head.open()
      let count = batch
      do {
        for (let turn = 0; count === batch && turn < batchesPerCheckpoint; turn += 1) {
          count = await this.#sealBatch(authority)
          // a storage in this process answers without giving way to anybody
          await setImmediate()
        }
        await this.#head.checkpoint(authority.key)
      } while (count === batch && !this.#late?.aborted)
    } catch (error) {
      const stopped = this.#state === 'stopped'
      const then = stopped ? 'the next start does it' : 'it is tried again'
      this.#logger.error(`the audit log could not be sealed; ${then}`, { error })
      if (stopped) return
      // counted as waiting, so that the next entry does not bring the next attempt forward
      this.#waiting += 1
      this.#setTimer(afterFailureMs)
    }
  }

  /** @returns how many entries it looked at */
  async #sealBatch(authority: AuditAuthority): Promise<number> {
    const { key } = authority
    const sealed = await this.#storage.transaction(async (session) => {
      const entries = session.collection('audit_log')
      const newestId = this.#newestId ?? (await newestSealedId(entries))
      const rows = await entries.find({ where: { seq: null, id: { gte: newestId + 1 } }, limit: batch })
      const head = await this.#head.newest(key, entries)
      const written = await writtenEntries(authority, entries, rows)
      return {
        count: rows.length,
        newestId: rows.at(-1)?.id ?? newestId,
        head: await chain(authority, entries, head, written),
        foreign: rows.filter((row) => !written.includes(row)).map(({ id }) => id),
      }
    })
    if (sealed.foreign.length > 0) {
      this.#logger.error('entries of the audit log are not what gitferry wrote, and are not sealed', {
        entry_ids: sealed.foreign,
      })
    }
    this.#head.moveTo(sealed.head)
    this.#newestId = sealed.newestId
    return sealed.count
  }
}

/** Gives each entry its place after `head`, in the caller's transaction; answers the new head. */
async function chain(
  { key }: AuditAuthority,
  entries: Collection<AuditEntryRow>,
  head: ChainHead,
  rows: readonly AuditEntryRow[],
): Promise<ChainHead> {
  const places = await freePlaces(entries, head.seq + 1, rows.length)
  let last = head
  for (const [index, row] of rows.entries()) {
    const place = { seq: places[index]!, prev_hash: last.hash }
    const hash = chainHash(key, { ...row, ...place })
    const asRead = { id: row.id, version: row.version, seq: null }
    if ((await entries.updateWhere(asRead, { ...place, hash })) === 0) {
      throw new GitferryError(
        'VERSION_CONFLICT',
        `Audit entry ${row.id} was changed while it was being sealed.`,
      )
    }
    last = { seq: place.seq, hash }
  }
  return last
}

/** The next places that nobody has taken: entries that were put in without the key must not stop the chain. */
async function freePlaces(
  entries: Collection<AuditEntryRow>,
  from: number,
  count: number,
): Promise<number[]> {
  const places: number[] = []
  for (let start = from; places.length < count; start += count) {
    const rows = await entries.find({ where: { seq: { gte: start, lt: start + count } } })
    const taken = new Set(rows.map(({ seq }) => seq))
    for (let seq = start; seq < start + count; seq += 1) if (!taken.has(seq)) places.push(seq)
  }
  return places
}

async function newestSealedId(entries: Collection<AuditEntryRow>): Promise<number> {
  const order = [{ by: 'seq', direction: 'desc' }] as const
  const [newest] = await entries.find({ where: { seq: { gte: 1 } }, order, limit: 1 })
  return newest?.id ?? 0
}
