import type { EntryContent } from '../audit/index.ts'
import { type AuditIntentRow, type Principal, system } from '../contract/index.ts'
import { fromUnknown, GitferryError } from '../errors/index.ts'
import type { Clock, Logger, StorageSession } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import {
  type AuditDetails,
  type AuditDraft,
  type AuditSubject,
  Draft,
  type InsertEntry,
} from './audit-draft.ts'
import { Unrecorded } from './unrecorded.ts'

export type { AuditDetails, AuditDraft, AuditSubject } from './audit-draft.ts'

const closed = {
  new: () =>
    new GitferryError(
      'CLOSED',
      'gitferry takes no changes yet: it has not been started, or its start is under way. Try again in a moment.',
    ),
  closed: () => new GitferryError('CLOSED', 'gitferry is being stopped and takes no further work.'),
}

/**
 * Writes the audit log. Every change is an `attempt`: exactly one entry comes of it, success or failure.
 */
export class AuditLog {
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #sign: (entry: EntryContent) => string | null
  readonly #wakeSealer: () => void
  readonly #recorded = new WeakSet<object>()
  /** Callers of one request each, whose change has its entry. */
  readonly #entered = new WeakSet<Principal>()
  readonly #underWay = new Set<Promise<unknown>>()
  #state: 'new' | 'open' | 'closed' = 'new'

  constructor(deps: {
    readonly storage: ManagedStorage
    readonly clock: Clock
    readonly logger: Logger
    /** The MAC that an entry carries until it is sealed. Default: none, as without a key. */
    readonly sign?: (entry: EntryContent) => string | null
    /** Entries are written unsealed; this says that there are some. */
    readonly wakeSealer: () => void
  }) {
    this.#storage = deps.storage
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#sign = deps.sign ?? (() => null)
    this.#wakeSealer = deps.wakeSealer
  }

  /** Takes attempts of callers from now on: entries can be signed, and what a crash left is recorded. */
  open(): void {
    if (this.#state === 'new') this.#state = 'open'
  }

  /** Refuses new attempts of callers; those under way, and gitferry's own, go on. May be called twice. */
  close(): void {
    this.#state = 'closed'
  }

  /** Waits until every attempt under way has its entry. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay)
  }

  /**
   * Runs `work`, a change that a caller asked for. When it throws, an entry with result `failure` (after `doubt`:
   * `unknown`) is stored and the error goes on; when it returns without having written its entry in a transaction of its own, the entry is stored
   * now.
   * @throws CLOSED before `open` and after `close`, without an entry
   */
  async attempt<Result>(
    principal: Principal,
    subject: AuditSubject,
    work: (draft: AuditDraft) => Promise<Result>,
  ): Promise<Result> {
    if (this.#state !== 'open') throw closed[this.#state]()
    const attempt = this.ownAttempt(principal, subject, work)
    this.#underWay.add(attempt)
    try {
      return await attempt
    } finally {
      this.#underWay.delete(attempt)
      if (principal !== system) this.#entered.add(principal)
    }
  }

  /** As `attempt`, for what gitferry does by itself: it goes on while a stop lets runs finish. */
  async ownAttempt<Result>(
    principal: Principal,
    subject: AuditSubject,
    work: (draft: AuditDraft) => Promise<Result>,
  ): Promise<Result> {
    const draft = this.#draft(principal, subject)
    try {
      const result = await work(draft)
      if (!draft.written) await this.#storage.transaction((session) => draft.write(session))
      return result
    } catch (thrown) {
      if (thrown instanceof Unrecorded) throw thrown
      const error = fromUnknown(thrown)
      await this.#recordFailure(draft, error)
      throw error
    } finally {
      this.#wakeSealer()
    }
  }

  /**
   * Records a change that was refused before it came to an attempt. Nothing when the error has its entry, or the
   * principal, who stands for one request, has one: what failed after its change was stored is no refusal. Nothing
   * before `open` either, when an entry could not be signed and would pass for one that somebody put in.
   */
  async refused(principal: Principal, subject: AuditSubject, error: GitferryError): Promise<void> {
    if (this.#state === 'new' || this.#recorded.has(error) || this.#entered.has(principal)) return
    await this.#recordFailure(this.#draft(principal, subject), error)
    this.#wakeSealer()
  }

  /** Writes the entry of a change that nobody asked for as such, in the transaction that makes it. */
  async record(
    session: StorageSession,
    principal: Principal,
    subject: AuditSubject,
    details: AuditDetails,
  ): Promise<void> {
    const draft = this.#draft(principal, subject)
    draft.note({ details })
    await draft.write(session)
    this.#wakeSealer()
  }

  /** Turns what a crash left half done into entries with result `unknown`. Called at start; answers how many. */
  async recover(): Promise<number> {
    const left = await this.#storage.collection('audit_intents').find()
    for (const intent of left) await this.#storage.transaction((session) => this.#giveUp(session, intent))
    return left.length
  }

  /** As `recover`, for what one run left, in the caller's transaction. */
  async recoverRun(session: StorageSession, runId: number): Promise<void> {
    const where = { object_type: 'run', object_id: runId } as const
    for (const intent of await session.collection('audit_intents').find({ where })) {
      await this.#giveUp(session, intent)
    }
  }

  async #giveUp(
    session: StorageSession,
    { id, version: _, created_at, ...subject }: AuditIntentRow,
  ): Promise<void> {
    await this.#insert(session, {
      ...subject,
      details: { ...subject.details, begun_at: created_at },
      result: 'unknown',
      error_code: null,
      created_at: new Date(this.#clock.now()).toISOString(),
    })
    await session.collection('audit_intents').delete(id)
    this.#wakeSealer()
  }

  #draft(principal: Principal, subject: AuditSubject): Draft {
    const insert: InsertEntry = (session, entry) => this.#insert(session, entry)
    return new Draft({ storage: this.#storage, clock: this.#clock, insert }, principal, subject)
  }

  async #insert(session: StorageSession, entry: EntryContent): Promise<void> {
    const unsealed = { seq: null, prev_hash: null, hash: null }
    await session.collection('audit_log').insert({ ...entry, ...unsealed, mac: this.#sign(entry) })
  }

  async #recordFailure(draft: Draft, error: GitferryError): Promise<void> {
    this.#recorded.add(error)
    try {
      await this.#storage.transaction((session) => draft.write(session, { error_code: error.code }))
    } catch (unwritten) {
      // the change failed already; that its entry failed too must not hide why
      this.#logger.error('an audit entry could not be written', { error: unwritten, for: error.code })
    }
  }
}
