import type { AuditEntry, AuditQuery } from '../audit-entry.ts'
import type { AuditVerification } from '../audit-verification.ts'
import type { Page } from '../page.ts'
import type { CallOptions } from './call-options.ts'

export interface AuditApi {
  /** One page, newest first. `page` defaults to 1, `page_size` to 20. */
  list(query?: AuditQuery, options?: CallOptions): Promise<Page<AuditEntry>>
  all(query?: Omit<AuditQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<AuditEntry>
  /** @throws AUDIT_ENTRY_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<AuditEntry>
  /**
   * Walks the whole chain of entries and says whether it holds, and where it does not. Entries are sealed about a second
   * after they are written; without the option `secrets` none is, and the answer is valid, with `sealed` 0.
   * @throws SECRETS_UNAVAILABLE, SECRET_UNREADABLE when something was sealed and its key is not here
   */
  verify(options?: CallOptions): Promise<AuditVerification>
  /** Every entry that the query matches, oldest first. */
  export(query?: Omit<AuditQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<AuditEntry>
}
