import assert from 'node:assert/strict'
import type { QueueJob } from '../../../ports/index.ts'
import { queueCases } from '../queue-case.ts'
import { turns } from '../turns.ts'

export const handOverCases = queueCases({
  'it has a name, and says what it can do': {
    defect: 'has no name',
    async run({ queue }) {
      assert.match(queue.name, /\S/)
      assert.equal(typeof queue.capabilities.durable, 'boolean')
      assert.equal(typeof queue.capabilities.shared, 'boolean')
      assert.equal(typeof queue.capabilities.perHost, 'boolean')
    },
  },
  'every accepted job is handed over': {
    concurrency: 8,
    defect: 'loses every tenth job',
    async run({ queue, jobs, eventually }) {
      jobs.releaseAll()
      await queue.start(jobs.work)
      const ids = Array.from({ length: 100 }, (_, index) => index + 1)
      await Promise.all(ids.map((id) => queue.enqueue({ id, key: `key ${id % 7}` })))
      await eventually('all 100 jobs start', () => new Set(jobs.order).size === ids.length)
    },
  },
  'the worker gets the job as it was accepted': {
    defect: 'forgets the priority of a job',
    async run({ queue, jobs, eventually }) {
      await queue.start(jobs.work)
      await queue.enqueue({ id: 9_007_199_254_740_991, key: 'repo:1', priority: -7 })
      await eventually('the job starts', () => jobs.started.length === 1)
      assert.deepEqual(jobs.started, [{ id: 9_007_199_254_740_991, key: 'repo:1', priority: -7 }])
    },
  },
  'a job that is accepted before the start is handed over at the start': {
    defect: 'loses what it accepts before the start',
    async run({ queue, jobs, eventually }) {
      await queue.enqueue({ id: 1, key: 'first' })
      await queue.start(jobs.work)
      await eventually('job 1 starts', () => jobs.isRunning(1))
    },
  },
  'an id that has run is accepted again': {
    defect: 'accepts an id once and for all',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      jobs.release(1)
      await eventually('job 1 ends', () => queue.size().running === 0)
      await queue.enqueue({ id: 1, key: 'first' })
      await eventually('job 1 starts again', () => jobs.isRunning(1))
    },
  },
  'two jobs of one key never run at the same time': {
    concurrency: 8,
    defect: 'ignores keys',
    async run({ queue, eventually }) {
      const keys = new Map<number, string>()
      const busy = new Set<string>()
      const ended = new Set<number>()
      const together: string[] = []
      await queue.start(async ({ id }: QueueJob) => {
        const key = keys.get(id)!
        if (busy.has(key)) together.push(key)
        busy.add(key)
        await turns(id % 3)
        busy.delete(key)
        ended.add(id)
      })
      for (let id = 1; id <= 120; id += 1) keys.set(id, `key ${id % 4}`)
      await Promise.all([...keys].map(([id, key]) => queue.enqueue({ id, key, priority: id % 5 })))
      await eventually('all 120 jobs end', () => ended.size === keys.size)
      assert.deepEqual(together, [])
    },
  },
  'a job that waits for its key does not hold up those of other keys': {
    defect: 'lets a job that waits for its key take a place',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      await queue.enqueue({ id: 2, key: 'first' })
      await queue.enqueue({ id: 3, key: 'second' })
      await eventually('job 3 starts', () => jobs.isRunning(3))
      assert.deepEqual(jobs.order, [1, 3])
    },
  },
  'a rejection of the worker is reported to the logger': {
    defect: 'says nothing of a rejection',
    async run({ jobs, errors, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      const error = new Error('the job broke')
      jobs.fail(1, error)
      await eventually('an error is reported', () => errors.length > 0)
      assert.equal(errors[0]?.error, error)
    },
  },
  'a rejection of the worker does not stop the queue': {
    concurrency: 1,
    defect: 'stops at a rejection',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      await queue.enqueue({ id: 2, key: 'first' })
      jobs.fail(1, new Error('the job broke'))
      await eventually('a job that waited starts', () => jobs.isRunning(2))
      jobs.release(2)
      await queue.enqueue({ id: 3, key: 'first' })
      await eventually('a job that came later starts', () => jobs.isRunning(3))
    },
  },
  'a job that failed is not tried again': {
    concurrency: 1,
    defect: 'tries again by itself',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      jobs.fail(1, new Error('the job broke'))
      await eventually('job 1 ends', () => !jobs.isRunning(1))
      await queue.enqueue({ id: 2, key: 'first', priority: -1 })
      await eventually('job 2 starts', () => jobs.isRunning(2))
      assert.deepEqual(jobs.order, [1, 2])
    },
  },
  'it counts how many jobs wait, and how many run': {
    defect: 'counts what waits as running',
    async run({ queue, jobs, eventually }) {
      const counts = (waiting: number, running: number) =>
        eventually(`${waiting} wait and ${running} run`, () => {
          const size = queue.size()
          return size.waiting === waiting && size.running === running
        })
      await counts(0, 0)
      await queue.enqueue({ id: 1, key: 'first' })
      await queue.enqueue({ id: 2, key: 'first' })
      await queue.enqueue({ id: 3, key: 'second' })
      await counts(3, 0)
      await queue.start(jobs.work)
      await counts(1, 2)
      jobs.release(1)
      await counts(0, 2)
      jobs.releaseAll()
      await counts(0, 0)
    },
  },
})
