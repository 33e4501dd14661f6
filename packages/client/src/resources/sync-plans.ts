import type { KeptRefsApi, SyncPlansApi, SyncRunsApi } from '@gitferry/core/contract'
import { acceptedRun } from '../accepted-run.ts'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const syncPlans = (transport: Transport, runs: Pick<SyncRunsApi, 'wait'>): SyncPlansApi => {
  const { list, method } = resource(transport)
  const page: SyncPlansApi['list'] = list('sync.plans.list', 'query')
  return {
    list: page,
    all: (query, options) => all((paging) => page({ ...query, ...paging }, options)),
    get: method('sync.plans.get', 'id'),
    apply: (id, query, options) =>
      acceptedRun(transport.data('sync.plans.apply', { path: { id } }, options), runs, query, options),
  }
}

export const keptRefs = (transport: Transport): KeptRefsApi => {
  const page: KeptRefsApi['list'] = resource(transport).list('sync.kept.list', 'query')
  return {
    list: page,
    all: (query, options) => all((paging) => page({ ...query, ...paging }, options)),
  }
}
