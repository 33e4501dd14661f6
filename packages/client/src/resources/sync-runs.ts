import type { SyncRunsApi } from '@gitferry/core/contract'
import { acceptedRun } from '../accepted-run.ts'
import { followRun } from '../follow-run.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'
import { waitUntilEnded } from '../wait-until-ended.ts'

/** That one is canceled is answered when it has ended. */
export const syncRuns = (transport: Transport): SyncRunsApi => {
  const own = resource<SyncRunsApi, 'wait' | 'log' | 'follow' | 'restore'>(transport, 'sync.runs', {
    list: 'query',
    all: 'query',
    get: 'id',
    cancel: 'id!',
    retry: 'id',
  })
  const wait: SyncRunsApi['wait'] = (id, options) =>
    waitUntilEnded(() => own.get(id, options), 'Waiting for a run', options?.signal)
  return {
    ...own,
    wait,
    log: (id, options) => transport.text('sync.runs.log', { path: { id } }, options),
    follow: (id, options) => followRun(transport, id, options),
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
