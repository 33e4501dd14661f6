import type {
  AddDeployKey,
  AddPublicKey,
  CreateProject,
  MemberQuery,
  PageQuery,
  ProtectedRefQuery,
  SetMember,
  SetProtectedRef,
  VerifyPrivateKey,
} from '@gitferry/core/contract'
import { numberOrText } from './request-values.ts'
import type { Call, Route } from './route.ts'

const second = ({ parameter }: Call, name: string): number => numberOrText(parameter(name))

export const projectRoutes = {
  'projects.list': ({ gitferry, query, signal }) =>
    gitferry.projects.list(query<PageQuery>('page', 'page_size'), { signal }),
  'projects.get': ({ gitferry, id, signal }) => gitferry.projects.get(id, { signal }),
  'projects.create': async ({ gitferry, body }) => gitferry.projects.create(await body<CreateProject>()),
  'projects.delete': ({ gitferry, id }) => gitferry.projects.delete(id),
  'projects.members.list': ({ gitferry, id, query, signal }) =>
    gitferry.projects.members.list(id, query<MemberQuery>('name', 'page', 'page_size'), { signal }),
  'projects.members.set': async (call) =>
    call.gitferry.projects.members.set(call.id, second(call, 'user_id'), await call.body<SetMember>()),
  'projects.members.delete': (call) =>
    call.gitferry.projects.members.delete(call.id, second(call, 'user_id')),
  'members.list': ({ gitferry, id, query, signal }) =>
    gitferry.members.list(id, query<MemberQuery>('name', 'page', 'page_size'), { signal }),
  'members.set': async (call) =>
    call.gitferry.members.set(call.id, second(call, 'user_id'), await call.body<SetMember>()),
  'members.delete': (call) => call.gitferry.members.delete(call.id, second(call, 'user_id')),
  'publicKeys.list': ({ gitferry, query, signal }) =>
    gitferry.publicKeys.list(query<PageQuery>('page', 'page_size'), { signal }),
  'publicKeys.add': async ({ gitferry, body }) => gitferry.publicKeys.add(await body<AddPublicKey>()),
  'publicKeys.delete': ({ gitferry, id }) => gitferry.publicKeys.delete(id),
  'publicKeys.verify': async ({ gitferry, id, body, signal }) =>
    gitferry.publicKeys.verify(id, await body<VerifyPrivateKey>(), { signal }),
  'deployKeys.list': ({ gitferry, id, query, signal }) =>
    gitferry.deployKeys.list(id, query<PageQuery>('page', 'page_size'), { signal }),
  'deployKeys.add': async ({ gitferry, id, body }) => gitferry.deployKeys.add(id, await body<AddDeployKey>()),
  'deployKeys.delete': (call) => call.gitferry.deployKeys.delete(call.id, second(call, 'key_id')),
  'protection.list': ({ gitferry, id, query, signal }) =>
    gitferry.protection.list(id, query<ProtectedRefQuery>('kind', 'page', 'page_size'), { signal }),
  'protection.set': async ({ gitferry, id, body, signal }) =>
    gitferry.protection.set(id, await body<SetProtectedRef>(), { signal }),
  'protection.delete': (call) => call.gitferry.protection.delete(call.id, second(call, 'rule_id')),
} as const satisfies Record<string, Route>
