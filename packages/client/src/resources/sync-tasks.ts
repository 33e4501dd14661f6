import type { Run, SyncRunsApi, SyncTasksApi } from '@gitferry/core/contract'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const syncTasks = (transport: Transport, runs: SyncRunsApi): SyncTasksApi => {
  const { list, method, unlimited } = resource(transport)
  const page: SyncTasksApi['list'] = list('sync.tasks.list', 'query')
  return {
    list: page,
    all: (options) => all((query) => page(query, options)),
    get: method('sync.tasks.get', 'id'),
    create: method('sync.tasks.create', 'body'),
    update: method('sync.tasks.update', 'id', 'body'),
    delete: method('sync.tasks.delete', 'id', 'query'),
    run: async (id, query, options) => {
      const run = await transport.data<Run>('sync.tasks.run', { path: { id } }, options)
      if (!query?.wait) return run
      // asked for again and again instead of by `?wait=true`: a run may outlast every time limit between the two
      // ends (the platform's fetch, a proxy), and a broken connection must not lose its id
      const { refs, ...ended } = await runs.wait(run.id, options)
      return ended
    },
    // it fetches what the two sides do not have in common
    plan: unlimited('sync.tasks.plan', 'id'),
  }
}
