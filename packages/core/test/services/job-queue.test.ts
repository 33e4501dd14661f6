import { expect, it } from 'vitest'
import type { JobRow } from '../../src/contract/index.ts'
import { type QueueAdapter, type QueueJob, silentLogger } from '../../src/ports/index.ts'
import { EventBus } from '../../src/runtime/event-bus.ts'
import { JobQueue } from '../../src/services/job-queue.ts'

it.each([
  ['https://git.example.org:8443/new.git', ['git.example.org']],
  ['git@git.example.org:new.git', ['git.example.org']],
  ['/srv/git/new.git', []],
])('a clone of %s takes a place at its host', async (url, hosts) => {
  const handed: QueueJob[] = []
  const adapter = { enqueue: async (job: QueueJob) => void handed.push(job) } as unknown as QueueAdapter
  const queue = new JobQueue({ adapter, events: new EventBus({ logger: silentLogger }) })
  await queue.handOver({ id: 3, url } as JobRow, { isNew: false })
  expect(handed).toEqual([{ id: 3, key: 'job:3', hosts }])
})
