import type { BranchQuery, CheckoutBranch, CreateBranch } from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const branchRoutes = {
  'branches.list': ({ gitferry, id, query, signal }) =>
    gitferry.branches.list(id, query<BranchQuery>('type', 'page', 'page_size'), { signal }),
  'branches.create': async ({ gitferry, id, body }) =>
    gitferry.branches.create(id, await body<CreateBranch>()),
  'branches.checkout': async ({ gitferry, id, body }) =>
    gitferry.branches.checkout(id, await body<CheckoutBranch>()),
  'branches.delete': ({ gitferry, id, parameter, query }) =>
    gitferry.branches.delete(id, parameter('branch'), query<{ force?: boolean }>('force')),
} as const satisfies Record<string, Route>
