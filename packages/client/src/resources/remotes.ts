import type { RemotesApi } from '@gitferry/core/contract'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const remotes = (transport: Transport): RemotesApi => {
  const { list, method, unlimited } = resource(transport)
  const page: RemotesApi['list'] = list('repos.remotes.list', 'id', 'query')
  return {
    list: page,
    all: (id, options) => all((query) => page(id, query, options)),
    add: method('repos.remotes.add', 'id', 'body'),
    update: method('repos.remotes.update', 'id', 'name', 'body'),
    delete: method('repos.remotes.delete', 'id', 'name'),
    // as long as git takes
    test: unlimited('repos.remotes.test', 'id', 'name'),
  }
}
