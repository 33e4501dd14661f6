import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BreakTable } from './broken-api.ts'

export const jobBreaks: BreakTable = {
  'a canceled job that leaves its folder': [
    'jobs',
    'a job under way that is canceled ends, and nothing is left of it',
    ({ api, sandbox }) => ({
      jobs: {
        cancel: async (id) => {
          const job = await api.jobs.cancel(id)
          mkdirSync(join(sandbox.root, 'new'), { recursive: true })
          return job
        },
      },
    }),
  ],
  'a cancel that is quiet about a job that has ended': [
    'jobs',
    'a job that ended otherwise is refused, and stays what it came to',
    ({ api }) => ({ jobs: { cancel: (id) => api.jobs.cancel(id).catch(() => api.jobs.get(id)) } }),
  ],
  'a job that ends with the wait for it': [
    'jobs',
    'a wait that is given up leaves the job at work',
    ({ api }) => ({
      jobs: {
        wait: (id, options) =>
          api.jobs.wait(id, options).catch(async (error: unknown) => {
            await api.jobs.cancel(id)
            throw error
          }),
      },
    }),
  ],
  'jobs of every status': [
    'jobs',
    'jobs are found by status',
    ({ api }) => ({ jobs: { list: ({ status: _, ...query } = {}) => api.jobs.list(query) } }),
  ],
}
