import { setImmediate } from 'node:timers/promises'
import {
  type AuditApi,
  type AuditEntry,
  type AuditEntryRow,
  type AuditQuery,
  type AuditVerification,
  auditQuery,
  type CallOptions,
  type Page,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import type { Where } from '../ports/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { ServiceContext } from './context.ts'
import { findAuditEntry } from './find-or-refuse.ts'
import { findAll, findBatches, findPage, newestFirst } from './pages.ts'

type AuditContext = Pick<ServiceContext, 'storage' | 'auditChain'>

/** Reading the audit log; writing it is `AuditLog`, behind every change. */
export class AuditService implements AuditApi {
  readonly #context: AuditContext

  constructor(context: AuditContext) {
    this.#context = context
  }

  async list(query: AuditQuery = {}, { signal }: CallOptions = {}): Promise<Page<AuditEntry>> {
    throwIfAborted(signal)
    const { page, page_size, ...filters } = parseInput(auditQuery, query)
    const newest = { where: whereOf(filters), order: newestFirst }
    const found = await findPage(this.#entries, newest, { page, page_size }, { whole: false })
    return { ...found, items: found.items.map(toEntry) }
  }

  async *all(
    query: Omit<AuditQuery, 'page' | 'page_size'> = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<AuditEntry, void, undefined> {
    throwIfAborted(signal)
    const { page: _, page_size: __, ...filters } = parseInput(auditQuery, query)
    for await (const row of findAll(this.#entries, { where: whereOf(filters), order: newestFirst })) {
      throwIfAborted(signal)
      yield toEntry(row)
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<AuditEntry> {
    throwIfAborted(signal)
    return toEntry(await findAuditEntry(this.#context.storage, id))
  }

  async verify({ signal }: CallOptions = {}): Promise<AuditVerification> {
    throwIfAborted(signal)
    return this.#context.auditChain.verify({ signal })
  }

  async *export(
    query: Omit<AuditQuery, 'page' | 'page_size'> = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<AuditEntry, void, undefined> {
    const { page: _, page_size: __, ...filters } = parseInput(auditQuery, query)
    for await (const rows of findBatches(this.#entries, { where: whereOf(filters) })) {
      throwIfAborted(signal)
      for (const row of rows) yield toEntry(row)
      // a storage in this process answers without giving way to anybody
      await setImmediate()
    }
  }

  get #entries() {
    return this.#context.storage.collection('audit_log')
  }
}

function toEntry({ version: _, mac: __, ...entry }: AuditEntryRow): AuditEntry {
  return entry
}

function whereOf({
  start_time,
  end_time,
  ...equal
}: Omit<AuditQuery, 'page' | 'page_size'>): Where<AuditEntryRow> {
  if (start_time === undefined && end_time === undefined) return equal
  const created_at = {
    ...(start_time !== undefined && { gte: start_time }),
    // end_time itself is included: the next millisecond is the first that is not
    ...(end_time !== undefined && { lt: new Date(Date.parse(end_time) + 1).toISOString() }),
  }
  return { ...equal, created_at }
}
