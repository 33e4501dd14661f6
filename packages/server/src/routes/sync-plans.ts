import type { KeptRefQuery, PlanQuery } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const syncPlanRoutes = {
  'sync.plans.list': ({ gitferry, query, signal }) =>
    gitferry.sync.plans.list(query<PlanQuery>('task_id', 'status', 'page', 'page_size'), { signal }),
  'sync.plans.get': ({ gitferry, id, signal }) => gitferry.sync.plans.get(id, { signal }),
  // the signal ends the wait of ?wait=true; an accepted run goes on
  'sync.plans.apply': ({ gitferry, id, query, signal }) =>
    gitferry.sync.plans.apply(id, query<{ wait?: boolean }>('wait'), { signal }),
  'sync.kept.list': ({ gitferry, query, signal }) =>
    gitferry.sync.kept.list(query<KeptRefQuery>('repo_id', 'task_id', 'run_id', 'page', 'page_size'), {
      signal,
    }),
} as const satisfies Record<string, Route>
