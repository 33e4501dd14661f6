import type { JobsApi } from '@gitferry/core/contract'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'
import { waitUntilEnded } from '../wait-until-ended.ts'

export const jobs = (transport: Transport): JobsApi => {
  const { list, method, unlimited } = resource(transport)
  const page: JobsApi['list'] = list('jobs.list', 'query')
  const get: JobsApi['get'] = method('jobs.get', 'id')
  return {
    list: page,
    all: (query, options) => all((paging) => page({ ...query, ...paging }, options)),
    get,
    wait: (id, options) => waitUntilEnded(() => get(id, options), 'Waiting for a job', options?.signal),
    // it is answered when the job has ended
    cancel: unlimited('jobs.cancel', 'id'),
  }
}
