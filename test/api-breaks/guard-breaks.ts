import type { ApiSubject } from '@gitferry/core/testing'
import type { Breaks, BreakTable } from './broken-api.ts'

/** Runs that carry out by themselves what they were stopped from. */
const approvedByItself = ({ api }: ApiSubject): Breaks => ({
  tasks: {
    run: async (id, query) => {
      const run = await api.sync.tasks.run(id, query)
      if (run.plan_id !== null) await api.sync.plans.apply(run.plan_id, { wait: true })
      return run
    },
  },
})

export const guardBreaks: BreakTable = {
  'deletions that nothing limits': [
    'guards',
    'a run that would delete too many refs stops, and its plan says what it would have done',
    ({ api }) => ({
      tasks: { create: (input) => api.sync.tasks.create({ ...input, max_delete_percent: 100 }) },
    }),
  ],
  'an approval that does not count': [
    'guards',
    'applying the plan of a stopped run is the approval',
    ({ api }) => ({
      plans: {
        apply: async (id, query) => api.sync.tasks.run((await api.sync.plans.get(id)).task_id, query),
      },
    }),
  ],
  'an empty source that is mirrored': [
    'guards',
    'a source that lost all of its refs stops the run',
    (subject) => {
      const { sandbox } = subject
      // git itself would keep the branch that HEAD names
      sandbox.git(sandbox.bareBackupPath, 'config', 'receive.denyDeleteCurrent', 'ignore')
      return approvedByItself(subject)
    },
  ],
  'another history that is taken over': [
    'guards',
    'a source that was made anew stops the run, also one that may overwrite',
    approvedByItself,
  ],
  'an approval that nobody is asked for': [
    'guards',
    'with require_approval forced updates wait for somebody, and the rest goes on',
    ({ api }) => ({
      tasks: { create: ({ require_approval: _, ...input }) => api.sync.tasks.create(input) },
    }),
  ],
}
