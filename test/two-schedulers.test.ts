import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { type QueueJob, silentLogger } from '@gitferry/core'
import { createTestClock } from '@gitferry/core/testing'
import { expect, it } from 'vitest'
import { syncTaskDefaults } from '../packages/core/src/contract/sync-task.ts'
import { EventBus } from '../packages/core/src/runtime/event-bus.ts'
import { ManagedStorage } from '../packages/core/src/runtime/managed-storage.ts'
import { RunQueue } from '../packages/core/src/services/run-queue.ts'
import { Scheduler } from '../packages/core/src/services/scheduler.ts'
import { TaskSchedule } from '../packages/core/src/services/task-schedule.ts'

const logger = silentLogger
const minute = 60_000

/** Any number of schedulers over one storage, as several nodes would run them; jobs are collected, not done. */
async function makeNodes(count: number) {
  const clock = createTestClock('2026-01-01T00:00:00.000Z')
  const storage = new ManagedStorage(memoryStorage())
  await storage.open()
  const jobs: QueueJob[] = []
  const adapter = {
    name: 'collecting',
    capabilities: { durable: false, shared: true, perHost: false },
    start: async () => {},
    enqueue: async (job: QueueJob) => void jobs.push(job),
    cancel: async () => false,
    size: () => ({ waiting: 0, running: 0 }),
    stop: async () => {},
  }
  const schedule = new TaskSchedule({ clock, random: () => 0 })
  const schedulers = Array.from({ length: count }, () => {
    const queue = new RunQueue({ adapter, storage, clock, events: new EventBus({ logger }), logger })
    const outbox = { add: async () => () => {} }
    return new Scheduler({ storage, clock, logger, queue, schedule, outbox, housekeeping: async () => {} })
  })
  const addTask = (name: string, next_run_at: string) =>
    storage.collection('tasks').insert({
      ...structuredClone(syncTaskDefaults),
      name,
      repo_id: 1,
      source_remote: 'origin',
      source_branch: name,
      target_repo_id: 1,
      target_remote: 'backup',
      target_branch: name,
      cron_expression: '* * * * *',
      paused_at: null,
      paused_reason: null,
      failure_count: 0,
      next_run_at,
      last_run_at: null,
      last_status: null,
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-01T00:00:00.000Z',
    })
  const runs = () => storage.collection('runs').count()
  return { addTask, clock, jobs, runs, schedulers, storage }
}

it('several nodes over one storage turn each tick of a task into one run', async () => {
  const { addTask, clock, jobs, runs, schedulers, storage } = await makeNodes(3)
  for (let index = 0; index < 150; index += 1) await addTask(`b${index}`, '2026-01-01T00:01:00.000Z')
  for (const scheduler of schedulers) scheduler.start()
  await clock.advance(minute)
  await Promise.all(schedulers.map((scheduler) => scheduler.stop()))
  expect(await runs()).toBe(150)
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(150)
  expect(await storage.collection('tasks').count({ next_run_at: '2026-01-01T00:02:00.000Z' })).toBe(150)
})

it('a task that another node has made due is noticed within half a minute', async () => {
  const { addTask, clock, runs, schedulers } = await makeNodes(1)
  schedulers[0]!.start()
  await clock.advance(1_000)
  await addTask('late', '2026-01-01T00:00:02.000Z')
  await clock.advance(31_000)
  await schedulers[0]!.stop()
  expect(await runs()).toBe(1)
})

it('a clock that is set back runs nothing twice', async () => {
  const { addTask, clock, runs, schedulers } = await makeNodes(1)
  await addTask('main', '2026-01-01T00:01:00.000Z')
  schedulers[0]!.start()
  await clock.advance(minute)
  expect(await runs()).toBe(1)
  const { now } = clock
  clock.now = () => now() - 60 * minute
  schedulers[0]!.wake()
  await clock.advance(30_000)
  clock.now = now
  await schedulers[0]!.stop()
  expect(await runs()).toBe(1)
})
