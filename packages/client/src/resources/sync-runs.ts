import type { SyncRunsApi } from '@gitferry/core/contract'
import { followRun } from '../follow-run.ts'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'
import { waitForRun } from '../wait-for-run.ts'

export const syncRuns = (transport: Transport): SyncRunsApi => {
  const { list, method, unlimited } = resource(transport)
  const page: SyncRunsApi['list'] = list('sync.runs.list', 'query')
  const get: SyncRunsApi['get'] = method('sync.runs.get', 'id')
  return {
    list: page,
    all: (query, options) => all((paging) => page({ ...query, ...paging }, options)),
    get,
    wait: (id, options) => waitForRun(() => get(id, options), options?.signal),
    log: (id, options) => transport.text('sync.runs.log', { path: { id } }, options),
    follow: (id, options) => followRun(transport, id, options),
    // it is answered when the run has ended
    cancel: unlimited('sync.runs.cancel', 'id'),
    retry: method('sync.runs.retry', 'id'),
  }
}
