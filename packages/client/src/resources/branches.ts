import type { BranchesApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const branches = (transport: Transport): BranchesApi =>
  resource<BranchesApi>(transport, 'branches', {
    list: 'id query',
    all: 'id query',
    create: 'id body',
    checkout: 'id body!',
    delete: 'id branch query',
  })
