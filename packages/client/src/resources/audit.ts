import type { AuditApi } from '@gitferry/core/contract'
import { jsonLines } from '../json-lines.ts'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const audit = (transport: Transport): AuditApi => {
  const { list, method, unlimited } = resource(transport)
  const page: AuditApi['list'] = list('audit.list', 'query')
  return {
    list: page,
    all: (query, options) => all((paging) => page({ ...query, ...paging }, options)),
    get: method('audit.get', 'id'),
    // a long chain takes long
    verify: unlimited('audit.verify'),
    export: (query, options) => jsonLines(transport, 'audit.export', { query }, options),
  }
}
