import type { TagsApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const tags = (transport: Transport): TagsApi =>
  resource<TagsApi>(transport, 'tags', {
    list: 'id query',
    all: 'id',
    get: 'id tag',
    create: 'id body',
    delete: 'id tag',
  })
