import type { RemotesApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const remotes = (transport: Transport): RemotesApi => {
  const { list, method, unlimited } = resource(transport)
  return {
    list: list('repos.remotes.list', 'id', 'query'),
    add: method('repos.remotes.add', 'id', 'body'),
    update: method('repos.remotes.update', 'id', 'name', 'body'),
    delete: method('repos.remotes.delete', 'id', 'name'),
    // as long as git takes
    test: unlimited('repos.remotes.test', 'id', 'name'),
  }
}
