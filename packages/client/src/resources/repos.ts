import type { Deleted, Repo, ReposApi } from '@gitferry/core/contract'
import { all, list } from '../pages.ts'
import type { Transport } from '../transport.ts'

export const repos = (transport: Transport): ReposApi => ({
  list: (query, options) => list<Repo>(transport, 'repos.list', { query, signal: options?.signal }),
  all: (options) => all((query) => list<Repo>(transport, 'repos.list', { query, signal: options?.signal })),
  get: (id, options) => transport.data<Repo>('repos.get', { path: { id }, signal: options?.signal }),
  // reading a large repository for the first time may take long
  register: (body, options) =>
    transport.data<Repo>('repos.register', { body, limit: false, signal: options?.signal }),
  update: (id, body, options) =>
    transport.data<Repo>('repos.update', { path: { id }, body, signal: options?.signal }),
  delete: (id, options) => transport.data<Deleted>('repos.delete', { path: { id }, signal: options?.signal }),
})
