import { isGitferryError } from '@gitferry/core/errors'
import type { ApiSubject } from '@gitferry/core/testing'
import type { Breaks, BreakTable } from './broken-api.ts'

/** Applying a plan runs the task as it would run now. */
const plannedAnew = ({ api }: ApiSubject): Breaks => ({
  plans: {
    apply: async (id, query) => {
      const { task_id } = await api.sync.plans.get(id)
      return { ...(await api.sync.tasks.run(task_id, query)), plan_id: id }
    },
  },
})

export const planApplyBreaks: BreakTable = {
  'a plan that takes along what came later': [
    'applying plans',
    'a stored plan is applied exactly: what came later is left',
    plannedAnew,
  ],
  'a plan that is made anew when the source moved': [
    'applying plans',
    'when the source moved since, nothing of a plan is applied, and it says what moved',
    plannedAnew,
  ],
  'a stale plan of which the rest is applied': [
    'applying plans',
    'when the target moved since, nothing of a plan is applied',
    ({ api, sandbox }) => ({
      plans: {
        apply: async (id, query) => {
          const run = await api.sync.plans.apply(id, query)
          sandbox.git(sandbox.originPath, 'push', '--quiet', sandbox.bareBackupPath, 'develop')
          return run
        },
      },
    }),
  ],
  'plans that stay open for ever': [
    'applying plans',
    'a new plan of a task takes the place of its open one, and so does a change of the task',
    ({ api }) => ({
      plans: { get: async (id) => ({ ...(await api.sync.plans.get(id)), status: 'open' }) },
    }),
  ],
  'plans of every task and status': [
    'applying plans',
    'plans are listed newest first, by task and by status',
    ({ api }) => ({ plans: { list: ({ status: _, ...query } = {}) => api.sync.plans.list(query) } }),
  ],
  'an empty plan that is applied all the same': [
    'applying plans',
    'an empty plan is nothing to apply',
    ({ api }) => ({
      plans: {
        apply: (id, query) =>
          api.sync.plans.apply(id, query).catch(async (error: unknown) => {
            if (!isGitferryError(error, 'PLAN_CLOSED')) throw error
            return api.sync.tasks.run((await api.sync.plans.get(id)).task_id, query)
          }),
      },
    }),
  ],
}
