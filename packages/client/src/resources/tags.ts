import type { TagsApi } from '@gitferry/core/contract'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const tags = (transport: Transport): TagsApi => {
  const { list, method } = resource(transport)
  const page: TagsApi['list'] = list('tags.list', 'id', 'query')
  return {
    list: page,
    all: (id, options) => all((query) => page(id, query, options)),
    get: method('tags.get', 'id', 'tag'),
    create: method('tags.create', 'id', 'body'),
    delete: method('tags.delete', 'id', 'tag'),
  }
}
