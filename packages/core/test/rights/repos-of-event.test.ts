import { expect, it } from 'vitest'
import type { GitferryEvent, GitferryEventName } from '../../src/contract/index.ts'
import { isEventOf } from '../../src/rights/repos-of-event.ts'

const event = (name: GitferryEventName, data: object) => ({ name, data }) as GitferryEvent

const both = (repo_id: number, target_repo_id: number | null) => ({ repo_id, target_repo_id })

it.each<[GitferryEventName, object, boolean]>([
  ['repo.deleted', { id: 1 }, true],
  ['repo.deleted', { id: 2 }, false],
  ['webhook.received', both(1, 1), true],
  ['webhook.received', both(1, 2), false],
  ['webhook.refused', { source: 'task-sync' }, false],
  ['task.recovered', both(1, 3), true],
  ['task.recovered', both(2, 1), false],
  ['run.finished', { run: both(1, 1) }, true],
  ['run.finished', { run: both(1, null) }, false],
  ['job.finished', { job: { repo_id: 3 } }, true],
  ['job.finished', { job: { repo_id: null } }, false],
  ['job.progress', { job_id: 1 }, false],
  ['remote.added', { repo_id: 3 }, true],
  ['remote.deleted', { repo_id: 2 }, false],
  ['key.deleted', { id: 1 }, false],
  ['delivery.finished', { delivery: { run_id: 1 } }, false],
])('%s with %j is of the repositories 1 and 3: %s', (name, data, expected) => {
  expect(isEventOf(event(name, data), [1, 3])).toBe(expected)
})
