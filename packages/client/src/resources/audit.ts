import type { AuditApi, AuditEntry } from '@gitferry/core/contract'
import { all, list } from '../pages.ts'
import type { Transport } from '../transport.ts'

export const audit = (transport: Transport): AuditApi => ({
  list: (query, options) => list<AuditEntry>(transport, 'audit.list', { query, signal: options?.signal }),
  all: (query, options) =>
    all((paging) =>
      list<AuditEntry>(transport, 'audit.list', { query: { ...query, ...paging }, signal: options?.signal }),
    ),
})
