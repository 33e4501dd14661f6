import type { JobQuery } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const jobRoutes = {
  'jobs.list': ({ gitferry, query, signal }) =>
    gitferry.jobs.list(query<JobQuery>('status', 'page', 'page_size'), { signal }),
  'jobs.get': ({ gitferry, id, signal }) => gitferry.jobs.get(id, { signal }),
  'jobs.cancel': ({ gitferry, id, signal }) => gitferry.jobs.cancel(id, { signal }),
} as const satisfies Record<string, Route>
