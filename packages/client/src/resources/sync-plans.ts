import type { KeptRefsApi, SyncPlansApi, SyncRunsApi } from '@gitferry/core/contract'
import { acceptedRun } from '../accepted-run.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const syncPlans = (transport: Transport, runs: Pick<SyncRunsApi, 'wait'>): SyncPlansApi => ({
  ...resource<SyncPlansApi, 'apply'>(transport, 'sync.plans', { list: 'query', all: 'query', get: 'id' }),
  apply: (id, query, options) =>
    acceptedRun(transport.data('sync.plans.apply', { path: { id } }, options), runs, query, options),
})

export const keptRefs = (transport: Transport): KeptRefsApi =>
  resource<KeptRefsApi>(transport, 'sync.kept', { list: 'query', all: 'query' })
