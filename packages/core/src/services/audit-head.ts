import type { KeyObject } from 'node:crypto'
import {
  type AuditAuthority,
  type ChainHead,
  type Checkpoint,
  chainStart,
  claimsEntries,
  formatCheckpoint,
  isAuthentic,
  parseCheckpoint,
} from '../audit/index.ts'
import type { AuditEntryRow, AuditProblem } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { Clock, Collection, Logger } from '../ports/index.ts'
import type { CheckpointStore } from '../runtime/checkpoint-file.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import type { AuditKey } from './audit-key.ts'

const batch = 100

/** What a verification holds the entries against. */
export interface AuditWitness {
  /** `undefined`: nothing was ever sealed. */
  readonly authority: AuditAuthority | undefined
  readonly checkpoint: ChainHead | undefined
  /** What is wrong with the checkpoint itself. */
  readonly problems: readonly AuditProblem[]
}

/**
 * Where the audit chain stands, by what is kept outside the table: the checkpoint, and the memory of this process. The
 * table is never asked how long the chain is, only whether it goes further: who cuts the newest entries off changes
 * nothing here, and the chain goes on from what is gone.
 */
export class AuditHead {
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #keys: AuditKey
  readonly #checkpoints: CheckpointStore
  #opening: Promise<AuditAuthority> | undefined
  #authority: AuditAuthority | undefined
  #adopted = 0
  #head = chainStart
  #lostAt: number | null = null
  /** What this process wrote last, or found. */
  #written: Checkpoint | undefined

  constructor(deps: {
    readonly storage: ManagedStorage
    readonly clock: Clock
    readonly logger: Logger
    readonly keys: AuditKey
    readonly checkpoints: CheckpointStore
  }) {
    this.#storage = deps.storage
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#keys = deps.keys
    this.#checkpoints = deps.checkpoints
  }

  /** The key, once it was opened. */
  get key(): KeyObject | null {
    return this.#authority?.key ?? null
  }

  /** How many entries were there before the key, which was made just now; 0 when it was there already. */
  get adopted(): number {
    return this.#adopted
  }

  /**
   * Fetches the key, or makes it, and takes up the checkpoint. May be called twice: calls share one attempt, and a
   * failed one can be repeated.
   * @throws SECRETS_UNAVAILABLE, SECRET_UNREADABLE, STORAGE_FAILED; what the file system throws
   */
  open(): Promise<AuditAuthority> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** Takes the key, to sign with; the chain and its checkpoint are left to another. Answers whether there is a key. */
  async join(): Promise<boolean> {
    this.#authority ??= await this.#keys.find()
    return this.#authority !== undefined
  }

  async #open(): Promise<AuditAuthority> {
    const line = await this.#checkpoints.read()
    const found = await this.#keys.find()
    const isFirstStart = found === undefined && !(await this.#hadKey(line))
    const unsignedUntil = isFirstStart ? await this.#newestId() : 0
    const authority = found ?? this.#keys.make({ unsignedUntil })
    const { key } = authority
    const checkpoint = line === undefined ? undefined : parseCheckpoint(key, line)
    this.#head = checkpoint ?? chainStart
    // a new key has sealed nothing
    if (found !== undefined) this.#head = await this.newest(key, this.#storage.collection('audit_log'))
    this.#lostAt = checkpoint?.lost_at ?? null
    if (checkpoint === undefined && !isFirstStart) {
      this.#lostAt = this.#head.seq
      const message =
        found === undefined
          ? 'the key of the audit log is gone: nothing that was written with it can be verified any more'
          : 'the checkpoint of the audit log is missing, or is not the one that was written'
      this.#logger.error(message, { head_seq: this.#head.seq })
    }
    // before the key is stored: a key without a checkpoint is a checkpoint that somebody removed
    if (checkpoint?.hash !== this.#head.hash) await this.#write(key)
    else this.#written = checkpoint
    if (found === undefined) {
      await this.#keys.keep(authority)
      if (unsignedUntil > 0) this.#adopted = await this.#storage.collection('audit_log').count()
    }
    this.#authority = authority
    return authority
  }

  /**
   * The newest entry beyond the head, or the head: entries were sealed and a crash came before the checkpoint, or another
   * process sealed them. Only the key makes such a hash; what was put there without it is passed over.
   */
  async newest(key: KeyObject, entries: Collection<AuditEntryRow>): Promise<ChainHead> {
    const head = this.#head
    const order = [{ by: 'seq', direction: 'desc' }] as const
    for (let lt: number | undefined; ; ) {
      const beyond = { gte: head.seq + 1, ...(lt !== undefined && { lt }) }
      // as a rule there is none
      const rows = await entries.find({ where: { seq: beyond }, order, limit: batch })
      const newest = rows.find((row) => isAuthentic(key, row))
      if (newest !== undefined) return { seq: newest.seq!, hash: newest.hash! }
      if (rows.length < batch) return head
      lt = rows.at(-1)!.seq!
    }
  }

  /** Moves on to what was sealed, once it is stored. */
  moveTo(head: ChainHead): void {
    this.#head = head
  }

  /** Writes the checkpoint and the log line, unless the last one says the same. */
  async checkpoint(key: KeyObject): Promise<void> {
    const { seq, hash } = this.#head
    if (this.#written?.hash === hash) return
    await this.#write(key)
    this.#logger.info('the audit log is sealed', { seq, hash })
  }

  /** @throws SECRETS_UNAVAILABLE, SECRET_UNREADABLE when something was sealed and its key is not here */
  async witness(): Promise<AuditWitness> {
    await this.#opening?.catch(() => {})
    const authority = await this.#findKey()
    if (authority === undefined) return { authority, checkpoint: undefined, problems: [] }
    const { key } = authority
    const head = this.#head
    const written = this.#written?.seq ?? 0
    const line = await this.#checkpoints.read()
    const checkpoint = line === undefined ? undefined : parseCheckpoint(key, line)
    const problems: AuditProblem[] = []
    const missing = (seq: number | null, message: string) =>
      problems.push({ kind: 'checkpoint_missing', seq, entry_id: null, message })
    if (line === undefined) missing(null, 'There is no checkpoint: somebody removed it.')
    else if (checkpoint === undefined) missing(null, 'The checkpoint is not one that gitferry wrote.')
    else if (checkpoint.seq < written) {
      missing(checkpoint.seq, 'The checkpoint is an older one than gitferry wrote last.')
    }
    const lostAt = checkpoint?.lost_at ?? this.#lostAt
    if (lostAt !== null) {
      const message = `gitferry was started without its checkpoint, or its key, when the chain ended at place ${lostAt}: entries that were newer then may be gone.`
      missing(lostAt, message)
    }
    const furthest = checkpoint !== undefined && checkpoint.seq > head.seq ? checkpoint : head
    return { authority, checkpoint: furthest.seq === 0 ? undefined : furthest, problems }
  }

  async #findKey(): Promise<AuditAuthority | undefined> {
    const known = this.#authority ?? (await this.#keys.find())
    if (known !== undefined || !(await this.#hadKey(await this.#checkpoints.read()))) return known
    // the sealer may have made it a moment ago
    const made = this.#authority ?? (await this.#keys.find())
    if (made !== undefined) return made
    throw new GitferryError(
      'SECRET_UNREADABLE',
      'The audit log cannot be verified: it was sealed, and the key of its seal is gone from the table settings.',
    )
  }

  /**
   * Whether there was a key, by the checkpoint or by the table: entries that are there were written with one, unless
   * the table notes that they were written without.
   */
  async #hadKey(line: string | undefined): Promise<boolean> {
    if (line !== undefined && claimsEntries(line)) return true
    const entries = this.#storage.collection('audit_log')
    for (const where of [{ seq: { gte: 1 } }, { mac: { gte: '' } }]) {
      if ((await entries.find({ where, limit: 1 })).length > 0) return true
    }
    return (await this.#newestId()) > 0 && !(await this.#keys.isUnsigned())
  }

  async #newestId(): Promise<number> {
    const order = [{ by: 'id', direction: 'desc' }] as const
    const [newest] = await this.#storage.collection('audit_log').find({ order, limit: 1 })
    return newest?.id ?? 0
  }

  async #write(key: KeyObject): Promise<void> {
    const sealed_at = new Date(this.#clock.now()).toISOString()
    const { seq, hash } = this.#head
    const checkpoint: Checkpoint = { seq, hash, sealed_at, lost_at: this.#lostAt }
    await this.#checkpoints.write(formatCheckpoint(key, checkpoint))
    this.#written = checkpoint
  }
}
