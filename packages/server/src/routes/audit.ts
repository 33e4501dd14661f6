import type { AuditQuery } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const auditRoutes = {
  'audit.list': ({ gitferry, query, signal }) =>
    gitferry.audit.list(
      query<AuditQuery>('type', 'object_type', 'object_id', 'start_time', 'end_time', 'page', 'page_size'),
      { signal },
    ),
} as const satisfies Record<string, Route>
