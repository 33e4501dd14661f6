import {
  type AuditEntryRow,
  type AuditIntentRow,
  type AuditObjectType,
  type AuditType,
  type Principal,
  system,
} from '../contract/index.ts'
import { type ErrorCode, fromUnknown, GitferryError } from '../errors/index.ts'
import type { Clock, Logger, NewRow, StorageSession } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { Unrecorded } from './unrecorded.ts'

/** What is being changed. */
export interface AuditSubject {
  readonly type: AuditType
  readonly object_type: AuditObjectType
  /** `null`: not known yet, or never (a change refused for a bad id). */
  readonly object_id: number | null
}

export type AuditDetails = AuditEntryRow['details']

/** The entry of one attempt while it is under way. */
export interface AuditDraft {
  /** Adds to the details, and names the object once its id is known. */
  note(more: { readonly object_id?: number; readonly details?: AuditDetails }): void
  /** Stores that an effect in git begins now: a crash from here on yields an entry with result `unknown`. */
  begin(): Promise<void>
  /** Writes the entry in the caller's transaction, beside the change itself. */
  write(session: StorageSession, outcome?: { readonly error_code: ErrorCode }): Promise<void>
}

/**
 * Writes the audit log. Every change is an `attempt`: exactly one entry comes of it, success or failure.
 */
export class AuditLog {
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #wakeSealer: () => void
  readonly #recorded = new WeakSet<object>()
  /** Callers of one request each, whose change has its entry. */
  readonly #entered = new WeakSet<Principal>()
  readonly #underWay = new Set<Promise<unknown>>()
  #closed = false

  constructor(deps: {
    readonly storage: ManagedStorage
    readonly clock: Clock
    readonly logger: Logger
    /** Entries are written unsealed; this says that there are some. */
    readonly wakeSealer: () => void
  }) {
    this.#storage = deps.storage
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#wakeSealer = deps.wakeSealer
  }

  /** Refuses new attempts of callers; those under way, and gitferry's own, go on. May be called twice. */
  close(): void {
    this.#closed = true
  }

  /** Waits until every attempt under way has its entry. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay)
  }

  /**
   * Runs `work`, a change that a caller asked for. When it throws, an entry with result `failure` is stored and the
   * error goes on; when it returns without having written its entry in a transaction of its own, the entry is stored
   * now.
   * @throws CLOSED after `close`, without an entry
   */
  async attempt<Result>(
    principal: Principal,
    subject: AuditSubject,
    work: (draft: AuditDraft) => Promise<Result>,
  ): Promise<Result> {
    if (this.#closed)
      throw new GitferryError('CLOSED', 'gitferry is being stopped and takes no further work.')
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
    const draft = new Draft(this.#storage, this.#clock, principal, subject)
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
   * principal, who stands for one request, has one: what failed after its change was stored is no refusal.
   */
  async refused(principal: Principal, subject: AuditSubject, error: GitferryError): Promise<void> {
    if (this.#recorded.has(error) || this.#entered.has(principal)) return
    await this.#recordFailure(new Draft(this.#storage, this.#clock, principal, subject), error)
    this.#wakeSealer()
  }

  /** Writes the entry of a change that nobody asked for as such, in the transaction that makes it. */
  async record(
    session: StorageSession,
    principal: Principal,
    subject: AuditSubject,
    details: AuditDetails,
  ): Promise<void> {
    const draft = new Draft(this.#storage, this.#clock, principal, subject)
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
    await session.collection('audit_log').insert({
      ...subject,
      details: { ...subject.details, begun_at: created_at },
      result: 'unknown',
      error_code: null,
      created_at: new Date(this.#clock.now()).toISOString(),
      ...unsealed,
    })
    await session.collection('audit_intents').delete(id)
    this.#wakeSealer()
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

const unsealed = { seq: null, prev_hash: null, hash: null } as const

class Draft implements AuditDraft {
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #principal: Principal
  #subject: AuditSubject
  #details: AuditDetails = {}
  #intent: number | undefined
  written = false

  constructor(storage: ManagedStorage, clock: Clock, principal: Principal, subject: AuditSubject) {
    this.#storage = storage
    this.#clock = clock
    this.#principal = principal
    this.#subject = subject
  }

  note(more: { readonly object_id?: number; readonly details?: AuditDetails }): void {
    if (more.object_id !== undefined) this.#subject = { ...this.#subject, object_id: more.object_id }
    this.#details = { ...this.#details, ...more.details }
  }

  async begin(): Promise<void> {
    const { id } = await this.#storage.collection('audit_intents').insert(this.#row())
    this.#intent = id
  }

  async write(session: StorageSession, outcome?: { readonly error_code: ErrorCode }): Promise<void> {
    const entry: NewRow<AuditEntryRow> = {
      ...this.#row(),
      result: outcome === undefined ? 'success' : 'failure',
      error_code: outcome?.error_code ?? null,
      ...unsealed,
    }
    await session.collection('audit_log').insert(entry)
    if (this.#intent !== undefined) await session.collection('audit_intents').delete(this.#intent)
    this.written = true
  }

  #row() {
    const { user, ip = null, userAgent = null, requestId = null } = this.#principal
    return {
      ...this.#subject,
      operator: user,
      details: this.#details,
      ip,
      user_agent: userAgent,
      request_id: requestId,
      created_at: new Date(this.#clock.now()).toISOString(),
    }
  }
}
