import {
  type AuditApi,
  type AuditEntry,
  type AuditEntryRow,
  type AuditQuery,
  auditQuery,
  type CallOptions,
  type Page,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import type { Where } from '../ports/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { ServiceContext } from './context.ts'
import { findAll, findPage, newestFirst } from './pages.ts'

/** Reading the audit log; writing it is `AuditLog`, behind every change. */
export class AuditService implements AuditApi {
  readonly #context: Pick<ServiceContext, 'storage'>

  constructor(context: Pick<ServiceContext, 'storage'>) {
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
    const { page: _, page_size: __, ...filters } = parseInput(auditQuery, query)
    for await (const row of findAll(this.#entries, { where: whereOf(filters), order: newestFirst })) {
      throwIfAborted(signal)
      yield toEntry(row)
    }
  }

  get #entries() {
    return this.#context.storage.collection('audit_log')
  }
}

function toEntry({ version: _, ...entry }: AuditEntryRow): AuditEntry {
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
