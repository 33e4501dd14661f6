import type { BreakTable } from './broken-api.ts'

export const pauseBreaks: BreakTable = {
  'a pause that switches the task off': [
    'paused tasks',
    'a paused task says so and has no next time, and pausing it again changes nothing',
    ({ api }) => ({
      tasks: {
        pause: async (id) => {
          await api.sync.tasks.update(id, { enabled: false })
          return api.sync.tasks.pause(id)
        },
      },
    }),
  ],
  'a run that ends the pause': [
    'paused tasks',
    'a paused task runs when somebody asks, and stays paused',
    ({ api }) => ({
      tasks: {
        run: async (id, query) => {
          const run = await api.sync.tasks.run(id, query)
          await api.sync.tasks.resume(id)
          return run
        },
      },
    }),
  ],
  'failures that are not forgotten': [
    'paused tasks',
    'a task that is resumed has its next time again and no failures, and resuming it again changes nothing',
    ({ api }) => ({
      tasks: { resume: async (id) => ({ ...(await api.sync.tasks.resume(id)), failure_count: 1 }) },
    }),
  ],
}
