import type { CreateAccessKey, CreateToken, CreateUser, PageQuery } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const identityRoutes = {
  'users.list': ({ gitferry, query, signal }) =>
    gitferry.users.list(query<PageQuery>('page', 'page_size'), { signal }),
  'users.create': async ({ gitferry, body }) => gitferry.users.create(await body<CreateUser>()),
  'users.delete': ({ gitferry, id }) => gitferry.users.delete(id),
  'tokens.list': ({ gitferry, query, signal }) =>
    gitferry.tokens.list(query<PageQuery>('page', 'page_size'), { signal }),
  'tokens.create': async ({ gitferry, body }) => gitferry.tokens.create(await body<CreateToken>()),
  'tokens.delete': ({ gitferry, id }) => gitferry.tokens.delete(id),
  'accessKeys.list': ({ gitferry, query, signal }) =>
    gitferry.accessKeys.list(query<PageQuery>('page', 'page_size'), { signal }),
  'accessKeys.create': async ({ gitferry, body }) =>
    gitferry.accessKeys.create(await body<CreateAccessKey>()),
  'accessKeys.delete': ({ gitferry, id }) => gitferry.accessKeys.delete(id),
} as const satisfies Record<string, Route>
