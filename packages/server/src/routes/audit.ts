import type { AuditQuery } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const auditRoutes = {
  'audit.list': ({ gitferry, query, signal }) =>
    gitferry.audit.list(
      query<AuditQuery>('type', 'object_type', 'object_id', 'start_time', 'end_time', 'page', 'page_size'),
      { signal },
    ),
  'audit.get': ({ gitferry, id, signal }) => gitferry.audit.get(id, { signal }),
  'audit.verify': ({ gitferry, signal }) => gitferry.audit.verify({ signal }),
  'audit.export': ({ gitferry, lines, query, signal }) => {
    const filters = query<AuditQuery>('type', 'object_type', 'object_id', 'start_time', 'end_time')
    return lines(gitferry.audit.export(filters, { signal }))
  },
} as const satisfies Record<string, Route>
