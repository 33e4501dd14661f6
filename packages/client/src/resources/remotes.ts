import type { RemotesApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const remotes = (transport: Transport): RemotesApi =>
  resource<RemotesApi>(transport, 'repos.remotes', {
    list: 'id query',
    all: 'id',
    add: 'id body',
    update: 'id name body',
    delete: 'id name',
    test: 'id name!',
  })
