import type {
  CloneRepo,
  CreateRepo,
  ForkRepo,
  RegisterRepo,
  RepoQuery,
  UpdateRepo,
} from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const repoRoutes = {
  'repos.list': ({ gitferry, query, signal }) =>
    gitferry.repos.list(query<RepoQuery>('page', 'page_size', 'project_id', 'name'), { signal }),
  'repos.get': ({ gitferry, id, signal }) => gitferry.repos.get(id, { signal }),
  'repos.register': async ({ gitferry, body }) => gitferry.repos.register(await body<RegisterRepo>()),
  'repos.update': async ({ gitferry, id, body }) => gitferry.repos.update(id, await body<UpdateRepo>()),
  'repos.delete': ({ gitferry, id, query }) =>
    gitferry.repos.delete(id, query<{ drop_kept?: boolean }>('drop_kept')),
  'repos.clone': async ({ gitferry, body }) => gitferry.repos.clone(await body<CloneRepo>()),
  'repos.create': async ({ gitferry, body }) => gitferry.repos.create(await body<CreateRepo>()),
  'repos.fork': async ({ gitferry, id, body, signal }) =>
    gitferry.repos.fork(id, await body<ForkRepo>(), { signal }),
} as const satisfies Record<string, Route>
