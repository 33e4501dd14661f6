import type { ReposApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'
import { remotes } from './remotes.ts'

/** To read a large repository for the first time, or to copy it, may take long. */
export const repos = (transport: Transport): ReposApi => ({
  ...resource<ReposApi, 'remotes' | 'fork'>(transport, 'repos', {
    list: 'query',
    all: '',
    get: 'id',
    register: 'body!',
    update: 'id body',
    delete: 'id query',
    clone: 'body',
    create: 'body',
  }),
  fork: (id, input = {}, options) =>
    transport.data('repos.fork', { path: { id }, body: input, limit: false }, options),
  remotes: remotes(transport),
})
