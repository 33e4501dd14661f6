import assert from 'node:assert/strict'
import { queueCases } from '../queue-case.ts'
import { turns } from '../turns.ts'

export const cancelCases = queueCases({
  'cancelling a waiting job takes it out': {
    concurrency: 1,
    defect: 'cancels nothing',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      await queue.enqueue({ id: 2, key: 'first' })
      await queue.enqueue({ id: 3, key: 'first' })
      assert.equal(await queue.cancel(2), true)
      assert.equal(queue.size().waiting, 1)
      jobs.release(1)
      await eventually('job 3 starts', () => jobs.isRunning(3))
      assert.deepEqual(jobs.order, [1, 3])
    },
  },
  'cancelling a running job aborts its signal': {
    defect: 'cancels nothing',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      const signal = jobs.signal(1)
      assert.equal(signal.aborted, false)
      assert.equal(await queue.cancel(1), true)
      await eventually('the signal of job 1 is aborted', () => signal.aborted)
      assert.notEqual(signal.reason, 'drained', 'a drain is not what happened')
    },
  },
  'a running job that was cancelled keeps its key until it ends': {
    defect: 'frees the key of a job that was cancelled',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      await queue.enqueue({ id: 2, key: 'first' })
      await queue.cancel(1)
      await turns()
      assert.deepEqual(jobs.order, [1])
      jobs.release(1)
      await eventually('job 2 starts', () => jobs.isRunning(2))
    },
  },
  'cancelling leaves other jobs alone': {
    defect: 'aborts every job when one is cancelled',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      await queue.enqueue({ id: 2, key: 'second' })
      await queue.enqueue({ id: 3, key: 'second' })
      await eventually('job 2 starts', () => jobs.isRunning(2))
      await queue.cancel(1)
      await eventually('the signal of job 1 is aborted', () => jobs.signal(1).aborted)
      assert.equal(jobs.signal(2).aborted, false)
      jobs.release(2)
      await eventually('job 3 starts', () => jobs.isRunning(3))
      assert.equal(jobs.signal(3).aborted, false)
    },
  },
  'cancelling a job that is not there answers false': {
    defect: 'claims to have cancelled every job',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      assert.equal(await queue.cancel(2), false)
      jobs.release(1)
      await eventually('job 1 ends', () => queue.size().running === 0)
      assert.equal(await queue.cancel(1), false, 'a job that has ended')
    },
  },
  'a job may be cancelled twice': {
    concurrency: 1,
    defect: 'refuses to cancel twice',
    async run({ queue, startWithOneRunning }) {
      await startWithOneRunning()
      await queue.enqueue({ id: 2, key: 'first' })
      for (const first of [true, false]) {
        await assert.doesNotReject(async () => assert.equal(await queue.cancel(2), first))
      }
      for (const time of ['once', 'twice']) {
        await assert.doesNotReject(async () => assert.equal(await queue.cancel(1), true, time))
      }
    },
  },
})
