import type { SyncRunsApi } from '@gitferry/core/contract'
import { acceptedRun } from '../accepted-run.ts'
import { followRun } from '../follow-run.ts'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'
import { waitUntilEnded } from '../wait-until-ended.ts'

export const syncRuns = (transport: Transport): SyncRunsApi => {
  const { list, method, unlimited } = resource(transport)
  const page: SyncRunsApi['list'] = list('sync.runs.list', 'query')
  const get: SyncRunsApi['get'] = method('sync.runs.get', 'id')
  const wait: SyncRunsApi['wait'] = (id, options) =>
    waitUntilEnded(() => get(id, options), 'Waiting for a run', options?.signal)
  return {
    list: page,
    all: (query, options) => all((paging) => page({ ...query, ...paging }, options)),
    get,
    wait,
    log: (id, options) => transport.text('sync.runs.log', { path: { id } }, options),
    follow: (id, options) => followRun(transport, id, options),
    // it is answered when the run has ended
    cancel: unlimited('sync.runs.cancel', 'id'),
    retry: method('sync.runs.retry', 'id'),
    // it asks the target before it is accepted
    restore: (id, input = {}, query, options) =>
      acceptedRun(
        transport.data('sync.runs.restore', { path: { id }, body: input, limit: false }, options),
        { wait },
        query,
        options,
      ),
  }
}
