import type { Run, SyncRunsApi } from '@gitferry/core/contract'
import { followRun } from '../follow-run.ts'
import { all, list } from '../pages.ts'
import type { Transport } from '../transport.ts'
import { waitForRun } from '../wait-for-run.ts'

export const syncRuns = (transport: Transport): SyncRunsApi => {
  const get: SyncRunsApi['get'] = (id, options) =>
    transport.data('sync.runs.get', { path: { id }, signal: options?.signal })
  return {
    list: (query, options) => list<Run>(transport, 'sync.runs.list', { query, signal: options?.signal }),
    all: (query, options) =>
      all((paging) =>
        list<Run>(transport, 'sync.runs.list', { query: { ...query, ...paging }, signal: options?.signal }),
      ),
    get,
    wait: (id, options) => waitForRun(() => get(id, options), options?.signal),
    log: (id, options) => transport.text('sync.runs.log', { path: { id }, signal: options?.signal }),
    follow: (id, options) => followRun(transport, id, options),
  }
}
