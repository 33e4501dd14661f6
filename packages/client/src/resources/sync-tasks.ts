import type { Deleted, Plan, Run, SyncRunsApi, SyncTask, SyncTasksApi } from '@gitferry/core/contract'
import { all, list } from '../pages.ts'
import type { Transport } from '../transport.ts'

export const syncTasks = (transport: Transport, runs: SyncRunsApi): SyncTasksApi => ({
  list: (query, options) => list<SyncTask>(transport, 'sync.tasks.list', { query, signal: options?.signal }),
  all: (options) =>
    all((query) => list<SyncTask>(transport, 'sync.tasks.list', { query, signal: options?.signal })),
  get: (id, options) => transport.data<SyncTask>('sync.tasks.get', { path: { id }, signal: options?.signal }),
  create: (body, options) => transport.data<SyncTask>('sync.tasks.create', { body, signal: options?.signal }),
  update: (id, body, options) =>
    transport.data<SyncTask>('sync.tasks.update', { path: { id }, body, signal: options?.signal }),
  delete: (id, query, options) =>
    transport.data<Deleted>('sync.tasks.delete', { path: { id }, query, signal: options?.signal }),
  run: async (id, query, options) => {
    const run = await transport.data<Run>('sync.tasks.run', { path: { id }, signal: options?.signal })
    if (!query?.wait) return run
    // asked for again and again instead of by `?wait=true`: a run may outlast every time limit between the two
    // ends (the platform's fetch, a proxy), and a broken connection must not lose its id
    const { refs, ...ended } = await runs.wait(run.id, options)
    return ended
  },
  // it fetches what the two sides do not have in common
  plan: (id, options) =>
    transport.data<Plan>('sync.tasks.plan', { path: { id }, limit: false, signal: options?.signal }),
})
