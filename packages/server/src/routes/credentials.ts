import type { AcceptHostKeyQuery, CreateCredential, ImportHostKey, PageQuery } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const credentialRoutes = {
  'credentials.list': ({ gitferry, query, signal }) =>
    gitferry.credentials.list(query<PageQuery>('page', 'page_size'), { signal }),
  'credentials.get': ({ gitferry, id, signal }) => gitferry.credentials.get(id, { signal }),
  'credentials.create': async ({ gitferry, body }) =>
    gitferry.credentials.create(await body<CreateCredential>()),
  'credentials.delete': ({ gitferry, id }) => gitferry.credentials.delete(id),
  'hostKeys.list': ({ gitferry, query, signal }) =>
    gitferry.hostKeys.list(query<PageQuery>('page', 'page_size'), { signal }),
  'hostKeys.create': async ({ gitferry, body }) => gitferry.hostKeys.create(await body<ImportHostKey>()),
  'hostKeys.accept': ({ gitferry, id, query }) =>
    gitferry.hostKeys.accept(id, query<AcceptHostKeyQuery>('fingerprint')),
  'hostKeys.delete': ({ gitferry, id }) => gitferry.hostKeys.delete(id),
} as const satisfies Record<string, Route>
