import type { BreakTable } from './broken-api.ts'

export const keptBreaks: BreakTable = {
  'the new value kept for the old one': [
    'what is kept',
    'what a run overwrites is kept and listed',
    ({ api }) => ({
      kept: {
        list: async (query) => {
          const page = await api.sync.kept.list(query)
          return { ...page, items: page.items.map((kept) => ({ ...kept, oid: kept.became_oid ?? kept.oid })) }
        },
      },
    }),
  ],
  'a conflict that is overwritten, and kept': [
    'what is kept',
    'a conflict and a fast-forward keep nothing',
    ({ api }) => ({
      tasks: { create: (input) => api.sync.tasks.create({ ...input, on_diverge: 'overwrite' }) },
    }),
  ],
  'a task that goes on after a restore': [
    'what is kept',
    'restore puts the old value back, keeps what was there meanwhile, and pauses the task',
    ({ api }) => ({
      runs: {
        restore: async (id, input, query) => {
          const run = await api.sync.runs.restore(id, input, query)
          await api.sync.tasks.resume(run.task_id)
          return run
        },
      },
    }),
  ],
  'a restore that overwrites unasked': [
    'what is kept',
    'restore is refused where the target moved on, unless it is to overwrite',
    ({ api }) => ({
      runs: {
        restore: (id, input, query) => api.sync.runs.restore(id, { ...input, overwrite: true }, query),
      },
    }),
  ],
  'a restore of everything, whatever is named': [
    'what is kept',
    'a run that kept nothing, and a ref that it did not keep, cannot be restored',
    ({ api }) => ({
      runs: { restore: (id, { refs: _, ...input } = {}, query) => api.sync.runs.restore(id, input, query) },
    }),
  ],
  'kept values that go with the record': [
    'what is kept',
    'what was kept outlives the repository’s record, and goes with it only when that is asked for',
    ({ api }) => ({ repos: { delete: (id) => api.repos.delete(id, { drop_kept: true }) } }),
  ],
  'kept values that nobody can drop': [
    'what is kept',
    'what was kept outlives the repository’s record, and goes with it only when that is asked for',
    ({ api }) => ({ repos: { delete: (id) => api.repos.delete(id) } }),
  ],
}
