import type {
  GenerateSshKey,
  ImportSshKey,
  PageQuery,
  TestSshKey,
  UpdateSshKey,
} from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const sshKeyRoutes = {
  'keys.list': ({ gitferry, query, signal }) =>
    gitferry.keys.list(query<PageQuery>('page', 'page_size'), { signal }),
  'keys.get': ({ gitferry, id, signal }) => gitferry.keys.get(id, { signal }),
  'keys.create': async ({ gitferry, body }) => gitferry.keys.create(await body<ImportSshKey>()),
  'keys.generate': async ({ gitferry, body }) => gitferry.keys.generate(await body<GenerateSshKey>()),
  'keys.update': async ({ gitferry, id, body }) => gitferry.keys.update(id, await body<UpdateSshKey>()),
  'keys.delete': ({ gitferry, id }) => gitferry.keys.delete(id),
  'keys.test': async ({ gitferry, id, body, signal }) =>
    gitferry.keys.test(id, await body<TestSshKey>(), { signal }),
} as const satisfies Record<string, Route>
