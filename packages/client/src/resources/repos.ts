import type { ReposApi } from '@gitferry/core/contract'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'
import { remotes } from './remotes.ts'

export const repos = (transport: Transport): ReposApi => {
  const { list, method, unlimited } = resource(transport)
  const page: ReposApi['list'] = list('repos.list', 'query')
  return {
    remotes: remotes(transport),
    list: page,
    all: (options) => all((query) => page(query, options)),
    get: method('repos.get', 'id'),
    // reading a large repository for the first time may take long
    register: unlimited('repos.register', 'body'),
    update: method('repos.update', 'id', 'body'),
    delete: method('repos.delete', 'id', 'query'),
    clone: method('repos.clone', 'body'),
    create: method('repos.create', 'body'),
  }
}
