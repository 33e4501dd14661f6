import type { RunQuery } from '../../contract/run.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

const refused: [string, unknown][] = [
  ['task_id', 0],
  ['task_id', 'abc'],
  ['repo_id', -1],
  ['status', 'done'],
  ['status', 'SUCCESS'],
  ['trigger', 'button'],
  ['since', 'yesterday'],
  ['since', '2026-02-30T00:00:00Z'],
  ['page', 0],
  ['page_size', 101],
]

export const runQueryRules: ApiRules = {
  'a query that cannot be is refused, and its field named': async ({ api }) => {
    for (const [field, value] of refused) {
      const query = { [field]: value } as RunQuery
      await refuses(api.sync.runs.list(query), 'INVALID_INPUT', { field, of: query })
    }
  },
}
