import assert from 'node:assert/strict'
import type { QueueJob } from '../../../ports/index.ts'
import { type QueueCaseContext, queueCases } from '../queue-case.ts'
import { turns } from '../turns.ts'

/** A job of a key of its own. */
const job = (id: number, ...hosts: string[]): QueueJob => ({ id, key: `key ${id}`, hosts })

async function startWith({ queue, jobs }: QueueCaseContext, ...accepted: QueueJob[]): Promise<void> {
  await queue.start(jobs.work)
  for (const given of accepted) await queue.enqueue(given)
}

export const hostCases = queueCases({
  'no more jobs than allowed go to one host at the same time': {
    needs: 'perHost',
    concurrency: 8,
    perHost: 2,
    defect: 'ignores hosts',
    async run({ queue, eventually }) {
      const at = new Map<string, number>()
      const most = new Map<string, number>()
      const hosts = new Map<number, readonly string[]>()
      let ended = 0
      await queue.start(async ({ id }) => {
        const count = (by: number) => {
          for (const host of hosts.get(id)!) {
            at.set(host, (at.get(host) ?? 0) + by)
            most.set(host, Math.max(most.get(host) ?? 0, at.get(host)!))
          }
        }
        count(1)
        await turns(id % 3)
        count(-1)
        ended += 1
      })
      for (let id = 1; id <= 120; id += 1) hosts.set(id, [`host ${id % 3}`, `host ${3 + (id % 5)}`])
      await Promise.all([...hosts].map(([id, names]) => queue.enqueue(job(id, ...names))))
      await eventually('all 120 jobs end', () => ended === hosts.size)
      assert.deepEqual(
        [...most.values()].filter((count) => count > 2),
        [],
      )
    },
  },
  'as many jobs as allowed go to one host at the same time': {
    needs: 'perHost',
    concurrency: 8,
    perHost: 2,
    defect: 'lets one job at a time go to a host',
    async run(context) {
      const { jobs, eventually } = context
      await startWith(context, job(1, 'a'), job(2, 'a'), job(3, 'a'))
      await eventually('two jobs run', () => jobs.isRunning(1) && jobs.isRunning(2))
    },
  },
  'a job of two hosts waits for both': {
    needs: 'perHost',
    concurrency: 8,
    perHost: 1,
    defect: 'heeds the first host of a job only',
    async run(context) {
      const { jobs, eventually } = context
      await startWith(context, job(1, 'a'), job(2, 'b'), job(3, 'c', 'b'))
      await eventually('jobs 1 and 2 start', () => jobs.started.length === 2)
      jobs.release(1)
      await turns()
      assert.deepEqual(jobs.order, [1, 2])
      jobs.release(2)
      await eventually('job 3 starts', () => jobs.isRunning(3))
    },
  },
  'a job that waits for a host does not hold up those of other hosts': {
    needs: 'perHost',
    concurrency: 2,
    perHost: 1,
    defect: 'lets a job that waits for a host take a place',
    async run(context) {
      const { queue, jobs, eventually } = context
      await startWith(context, job(1, 'slow'))
      await eventually('job 1 starts', () => jobs.isRunning(1))
      for (let id = 2; id <= 20; id += 1) await queue.enqueue({ ...job(id, 'slow'), priority: 9 })
      await queue.enqueue(job(21, 'quick'))
      await eventually('job 21 starts', () => jobs.isRunning(21))
      jobs.release(21)
      await queue.enqueue({ id: 22, key: 'key 22' })
      await eventually('job 22 starts', () => jobs.isRunning(22))
      assert.deepEqual(jobs.order, [1, 21, 22])
    },
  },
  'the job of the highest priority goes first to a host that is free again': {
    needs: 'perHost',
    concurrency: 4,
    perHost: 1,
    defect: 'takes the jobs of one host as they came',
    async run(context) {
      const { jobs, eventually } = context
      await startWith(context, job(1, 'a'), job(2, 'a'), { ...job(3, 'a'), priority: 5 })
      await eventually('job 1 starts', () => jobs.isRunning(1))
      jobs.release(1)
      await eventually('another job starts', () => jobs.started.length === 2)
      assert.deepEqual(jobs.order, [1, 3])
    },
  },
  'a job that failed gives its host back': {
    needs: 'perHost',
    concurrency: 4,
    perHost: 1,
    defect: 'keeps the host of a job that failed',
    async run(context) {
      const { jobs, eventually } = context
      await startWith(context, job(1, 'a'), job(2, 'a'))
      await eventually('job 1 starts', () => jobs.isRunning(1))
      jobs.fail(1, new Error('the job broke'))
      await eventually('job 2 starts', () => jobs.isRunning(2))
    },
  },
  'a job without hosts waits for none': {
    needs: 'perHost',
    concurrency: 8,
    perHost: 1,
    defect: 'takes jobs without hosts for jobs of one host',
    async run(context) {
      const { jobs, eventually } = context
      await startWith(context, job(1), job(2), { id: 3, key: 'key 3' })
      await eventually('three jobs run', () => jobs.started.length === 3)
      assert.deepEqual(jobs.order, [1, 2, 3])
    },
  },
})
