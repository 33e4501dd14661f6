import type { JobsApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'
import { waitUntilEnded } from '../wait-until-ended.ts'

/** That one is canceled is answered when it has ended. */
export const jobs = (transport: Transport): JobsApi => {
  const own = resource<JobsApi, 'wait'>(transport, 'jobs', {
    list: 'query',
    all: 'query',
    get: 'id',
    cancel: 'id!',
  })
  return {
    ...own,
    wait: (id, options) => waitUntilEnded(() => own.get(id, options), 'Waiting for a job', options?.signal),
  }
}
