import type { BranchesApi } from '@gitferry/core/contract'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const branches = (transport: Transport): BranchesApi => {
  const { list, method, unlimited } = resource(transport)
  const page: BranchesApi['list'] = list('branches.list', 'id', 'query')
  return {
    list: page,
    all: (id, query, options) => all((paging) => page(id, { ...query, ...paging }, options)),
    create: method('branches.create', 'id', 'body'),
    // writing a large worktree may take long
    checkout: unlimited('branches.checkout', 'id', 'body'),
    delete: method('branches.delete', 'id', 'branch', 'query'),
  }
}
