import type { SyncRunsApi, SyncTasksApi } from '@gitferry/core/contract'
import { acceptedRun } from '../accepted-run.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

/** A plan fetches what the two sides do not have in common. */
export const syncTasks = (transport: Transport, runs: Pick<SyncRunsApi, 'wait'>): SyncTasksApi => ({
  ...resource<SyncTasksApi, 'run'>(transport, 'sync.tasks', {
    list: 'query',
    all: '',
    get: 'id',
    create: 'body',
    update: 'id body',
    delete: 'id query',
    plan: 'id!',
    pause: 'id',
    resume: 'id',
  }),
  run: (id, query, options) =>
    acceptedRun(transport.data('sync.tasks.run', { path: { id } }, options), runs, query, options),
})
