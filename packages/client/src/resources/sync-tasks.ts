import type { SyncRunsApi, SyncTasksApi } from '@gitferry/core/contract'
import { acceptedRun } from '../accepted-run.ts'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const syncTasks = (transport: Transport, runs: Pick<SyncRunsApi, 'wait'>): SyncTasksApi => {
  const { list, method, unlimited } = resource(transport)
  const page: SyncTasksApi['list'] = list('sync.tasks.list', 'query')
  return {
    list: page,
    all: (options) => all((query) => page(query, options)),
    get: method('sync.tasks.get', 'id'),
    create: method('sync.tasks.create', 'body'),
    update: method('sync.tasks.update', 'id', 'body'),
    delete: method('sync.tasks.delete', 'id', 'query'),
    run: (id, query, options) =>
      acceptedRun(transport.data('sync.tasks.run', { path: { id } }, options), runs, query, options),
    // it fetches what the two sides do not have in common
    plan: unlimited('sync.tasks.plan', 'id'),
    pause: method('sync.tasks.pause', 'id'),
    resume: method('sync.tasks.resume', 'id'),
  }
}
