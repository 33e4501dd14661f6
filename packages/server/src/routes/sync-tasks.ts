import type { CreateSyncTask, PageQuery, RunQuery, UpdateSyncTask } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const syncTaskRoutes = {
  'sync.tasks.list': ({ gitferry, query, signal }) =>
    gitferry.sync.tasks.list(query<PageQuery>('page', 'page_size'), { signal }),
  'sync.tasks.get': ({ gitferry, id, signal }) => gitferry.sync.tasks.get(id, { signal }),
  'sync.tasks.create': async ({ gitferry, body }) => gitferry.sync.tasks.create(await body<CreateSyncTask>()),
  'sync.tasks.update': async ({ gitferry, id, body }) =>
    gitferry.sync.tasks.update(id, await body<UpdateSyncTask>()),
  'sync.tasks.delete': ({ gitferry, id, query }) =>
    gitferry.sync.tasks.delete(id, query<{ cancel?: boolean }>('cancel')),
  // the signal ends the wait of ?wait=true; an accepted run goes on
  'sync.tasks.run': ({ gitferry, id, query, signal }) =>
    gitferry.sync.tasks.run(id, query<{ wait?: boolean }>('wait'), { signal }),
  'sync.tasks.plan': ({ gitferry, id, signal }) => gitferry.sync.tasks.plan(id, { signal }),
  'sync.tasks.pause': ({ gitferry, id }) => gitferry.sync.tasks.pause(id),
  'sync.tasks.resume': ({ gitferry, id }) => gitferry.sync.tasks.resume(id),
  'sync.tasks.runs': async ({ gitferry, id, query, signal }) => {
    const filter = query<RunQuery>('repo_id', 'status', 'trigger', 'since', 'page', 'page_size')
    // a task that does not exist is not a task without runs
    await gitferry.sync.tasks.get(id, { signal })
    return gitferry.sync.runs.list({ ...filter, task_id: id }, { signal })
  },
} as const satisfies Record<string, Route>
