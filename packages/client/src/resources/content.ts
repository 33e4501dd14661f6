import type { ContentApi, StatsApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const content = (transport: Transport): ContentApi => ({
  ...resource<ContentApi, 'archive'>(transport, 'content', {
    commits: 'id query',
    tree: 'id query',
    blob: 'id query',
    compare: 'id query',
    createCommit: 'id body!',
  }),
  archive: (id, query, options) =>
    transport.stream('content.archive', undefined, { path: { id }, query }, options),
})

/** The lines of a large repository take long to count. */
export const stats = (transport: Transport): StatsApi =>
  resource<StatsApi>(transport, 'stats', { get: 'id!' })
