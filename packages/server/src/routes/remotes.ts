import type { AddRemote, PageQuery, UpdateRemote } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const remoteRoutes = {
  'repos.remotes.list': ({ gitferry, id, query, signal }) =>
    gitferry.repos.remotes.list(id, query<PageQuery>('page', 'page_size'), { signal }),
  'repos.remotes.add': async ({ gitferry, id, body }) =>
    gitferry.repos.remotes.add(id, await body<AddRemote>()),
  'repos.remotes.update': async ({ gitferry, id, parameter, body }) =>
    gitferry.repos.remotes.update(id, parameter('name'), await body<UpdateRemote>()),
  'repos.remotes.delete': ({ gitferry, id, parameter }) =>
    gitferry.repos.remotes.delete(id, parameter('name')),
  'repos.remotes.test': ({ gitferry, id, parameter, signal }) =>
    gitferry.repos.remotes.test(id, parameter('name'), { signal }),
} as const satisfies Record<string, Route>
