import { type EntryContent, legible } from '../audit/index.ts'
import type { AuditEntryRow, AuditObjectType, AuditType, Principal } from '../contract/index.ts'
import type { ErrorCode } from '../errors/index.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'

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
  /** Adds to the details, and names the object, and what was done to it, once they are known. */
  note(more: {
    readonly type?: AuditType
    readonly object_id?: number
    readonly details?: AuditDetails
  }): void
  /** Stores that an effect in git begins now: a crash from here on yields an entry with result `unknown`. */
  begin(): Promise<void>
  /** Says that nobody can tell what came of the effect in git: should the attempt fail now, its entry says `unknown`. */
  doubt(): void
  /** Writes the entry in the caller's transaction, beside the change itself. */
  write(session: StorageSession, outcome?: { readonly error_code: ErrorCode }): Promise<void>
}

/** Stores an entry. */
export type InsertEntry = (session: StorageSession, entry: EntryContent) => Promise<void>

interface DraftDeps {
  readonly storage: ManagedStorage
  readonly clock: Clock
  readonly insert: InsertEntry
}

/** What `AuditLog` hands to the work of an attempt. */
export class Draft implements AuditDraft {
  readonly #deps: DraftDeps
  readonly #principal: Principal
  #subject: AuditSubject
  #details: AuditDetails = {}
  #intent: number | undefined
  #failedAs: 'failure' | 'unknown' = 'failure'
  /** Whether its entry was written, in whatever transaction. */
  written = false

  constructor(deps: DraftDeps, principal: Principal, subject: AuditSubject) {
    this.#deps = deps
    this.#principal = principal
    this.#subject = subject
  }

  note({ details, ...subject }: Parameters<AuditDraft['note']>[0]): void {
    this.#subject = { ...this.#subject, ...subject }
    this.#details = { ...this.#details, ...details }
  }

  async begin(): Promise<void> {
    const { id } = await this.#deps.storage.collection('audit_intents').insert(this.#row())
    this.#intent = id
  }

  doubt(): void {
    this.#failedAs = 'unknown'
  }

  async write(session: StorageSession, outcome?: { readonly error_code: ErrorCode }): Promise<void> {
    await this.#deps.insert(session, {
      ...this.#row(),
      result: outcome === undefined ? 'success' : this.#failedAs,
      error_code: outcome?.error_code ?? null,
    })
    if (this.#intent !== undefined) await session.collection('audit_intents').delete(this.#intent)
    this.written = true
  }

  #row() {
    const { user, ip = null, userAgent = null, requestId = null } = this.#principal
    return {
      ...this.#subject,
      operator: legible(user),
      details: this.#details,
      ip: ip && legible(ip),
      user_agent: userAgent && legible(userAgent),
      request_id: requestId && legible(requestId),
      created_at: new Date(this.#deps.clock.now()).toISOString(),
    }
  }
}
