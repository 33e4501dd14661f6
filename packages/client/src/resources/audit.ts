import type { AuditApi } from '@gitferry/core/contract'
import { jsonLines } from '../json-lines.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

/** A long chain takes long to verify. */
export const audit = (transport: Transport): AuditApi => ({
  ...resource<AuditApi, 'export'>(transport, 'audit', {
    list: 'query',
    all: 'query',
    get: 'id',
    verify: '!',
  }),
  export: (query, options) => jsonLines(transport, 'audit.export', { query }, options),
})
