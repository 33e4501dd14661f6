import type { CreateTag, TagQuery } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const tagRoutes = {
  'tags.list': ({ gitferry, id, query, signal }) =>
    gitferry.tags.list(id, query<TagQuery>('page', 'page_size'), { signal }),
  'tags.get': ({ gitferry, id, parameter, signal }) => gitferry.tags.get(id, parameter('tag'), { signal }),
  'tags.create': async ({ gitferry, id, body }) => gitferry.tags.create(id, await body<CreateTag>()),
  'tags.delete': ({ gitferry, id, parameter }) => gitferry.tags.delete(id, parameter('tag')),
} as const satisfies Record<string, Route>
