import type { BranchesApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const branches = (transport: Transport): BranchesApi => {
  const { list, method, unlimited } = resource(transport)
  return {
    list: list('branches.list', 'id', 'query'),
    create: method('branches.create', 'id', 'body'),
    // writing a large worktree may take long
    checkout: unlimited('branches.checkout', 'id', 'body'),
    delete: method('branches.delete', 'id', 'branch', 'query'),
  }
}
