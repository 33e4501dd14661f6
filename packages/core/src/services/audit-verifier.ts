import { setImmediate } from 'node:timers/promises'
import { ChainCheck, maxProblems } from '../audit/index.ts'
import type { AuditVerification, CallOptions } from '../contract/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import type { AuditHead } from './audit-head.ts'
import { findBatches } from './pages.ts'
import { readAuditChain } from './read-audit-chain.ts'
import { writtenEntries } from './written-entries.ts'

/** Walks the audit chain and says where it does not hold. Changes nothing; needs no sealer at work. */
export class AuditVerifier {
  readonly #storage: ManagedStorage
  readonly #head: AuditHead

  constructor(deps: { readonly storage: ManagedStorage; readonly head: AuditHead }) {
    this.#storage = deps.storage
    this.#head = deps.head
  }

  /** @throws SECRETS_UNAVAILABLE, SECRET_UNREADABLE when something was sealed and its key is not here; ABORTED */
  async verify({ signal }: CallOptions = {}): Promise<AuditVerification> {
    const entries = this.#storage.collection('audit_log')
    // before the entries: those that are sealed meanwhile may go further, never less far
    const { authority, checkpoint, problems } = await this.#head.witness()
    const unsealed = () => entries.count({ seq: null })
    if (authority === undefined) {
      return { valid: true, sealed: 0, unsealed: await unsealed(), head_seq: null, problems: [] }
    }
    const check = new ChainCheck({ key: authority.key, checkpoint, problems })
    for await (const row of readAuditChain(entries, signal)) {
      if ('entry' in row) check.add(row.entry)
      else check.addUnreadable(row.unreadable)
    }
    check.end()
    const older = { seq: null, id: { lt: check.newestId } }
    for (const entry of await entries.find({ where: older, limit: maxProblems })) check.addOutside(entry)
    const newer = { seq: null, id: { gte: check.newestId + 1 } }
    for await (const rows of findBatches(entries, { where: newer })) {
      throwIfAborted(signal)
      const written = new Set(await writtenEntries(authority, entries, rows))
      for (const row of rows) if (!written.has(row)) check.addForeign(row)
      // a storage in this process answers without giving way to anybody
      await setImmediate()
    }
    return check.result({ unsealed: await unsealed() })
  }
}
