import type { TagsApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const tags = (transport: Transport): TagsApi => {
  const { list, method } = resource(transport)
  return {
    list: list('tags.list', 'id', 'query'),
    get: method('tags.get', 'id', 'tag'),
    create: method('tags.create', 'id', 'body'),
    delete: method('tags.delete', 'id', 'tag'),
  }
}
