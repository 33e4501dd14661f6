import type { Branch, BranchesApi, DeletedBranch } from '@gitferry/core/contract'
import { list } from '../pages.ts'
import type { Transport } from '../transport.ts'

export const branches = (transport: Transport): BranchesApi => ({
  list: (id, query, options) =>
    list<Branch>(transport, 'branches.list', { path: { id }, query, signal: options?.signal }),
  create: (id, body, options) =>
    transport.data<Branch>('branches.create', { path: { id }, body, signal: options?.signal }),
  // writing a large worktree may take long
  checkout: (id, body, options) =>
    transport.data<Branch>('branches.checkout', {
      path: { id },
      body,
      limit: false,
      signal: options?.signal,
    }),
  delete: (id, branch, query, options) =>
    transport.data<DeletedBranch>('branches.delete', {
      path: { id, branch },
      query,
      signal: options?.signal,
    }),
})
