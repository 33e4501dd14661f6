import type { RunQuery } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const syncRunRoutes = {
  'sync.runs.list': ({ gitferry, query, signal }) =>
    gitferry.sync.runs.list(
      query<RunQuery>('task_id', 'repo_id', 'status', 'trigger', 'since', 'page', 'page_size'),
      { signal },
    ),
  'sync.runs.get': ({ gitferry, id, signal }) => gitferry.sync.runs.get(id, { signal }),
  'sync.runs.log': async ({ gitferry, id, signal }) =>
    new Response(await gitferry.sync.runs.log(id, { signal }), {
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    }),
} as const satisfies Record<string, Route>
