import assert from 'node:assert/strict'
import { queueCases } from '../queue-case.ts'
import { turns } from '../turns.ts'

const longMs = 600_000

/** Whether a promise has been fulfilled; a rejection fails the case that asks. */
function watch(promise: Promise<void>): () => boolean {
  let done = false
  let failure: unknown
  promise.then(
    () => {
      done = true
    },
    (error: unknown) => {
      failure = error
    },
  )
  return () => {
    assert.ifError(failure)
    return done
  }
}

export const stopCases = queueCases({
  'a queue without running jobs stops at once': {
    defect: 'does not stop while it is idle',
    async run({ queue, jobs, eventually }) {
      await queue.start(jobs.work)
      const stopped = watch(queue.stop({ timeoutMs: longMs }))
      await eventually('the queue has stopped', stopped)
    },
  },
  'a queue that was never started can be stopped': {
    defect: 'does not stop while it is idle',
    async run({ queue, eventually }) {
      const stopped = watch(queue.stop({ timeoutMs: longMs }))
      await eventually('the queue has stopped', stopped)
    },
  },
  'stopping waits for the running jobs': {
    defect: 'does not wait when it stops',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      const stopped = watch(queue.stop({ timeoutMs: longMs }))
      await turns()
      assert.equal(stopped(), false)
      jobs.release(1)
      await eventually('the queue has stopped', stopped)
    },
  },
  'stopping leaves the running jobs alone for as long as it was told': {
    defect: 'aborts at once when it stops',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      const signal = jobs.signal(1)
      const stopping = queue.stop({ timeoutMs: longMs })
      await twoTimers()
      assert.equal(signal.aborted, false)
      jobs.release(1)
      await eventually('the queue has stopped', watch(stopping))
      assert.equal(signal.aborted, false)
    },
  },
  'a wait of any length is a wait': {
    defect: 'gives up at once when told to wait for ever',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      const signal = jobs.signal(1)
      const stopping = queue.stop({ timeoutMs: Number.MAX_SAFE_INTEGER })
      await twoTimers()
      assert.equal(signal.aborted, false)
      jobs.release(1)
      await eventually('the queue has stopped', watch(stopping))
    },
  },
  'running jobs are aborted when the time is over, as drained': {
    defect: 'never aborts when it stops',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      await queue.enqueue({ id: 2, key: 'second' })
      await eventually('job 2 starts', () => jobs.isRunning(2))
      const signals = [jobs.signal(1), jobs.signal(2)]
      void queue.stop({ timeoutMs: 0 })
      await eventually('both signals are aborted', () => signals.every(({ aborted }) => aborted))
      assert.deepEqual(
        signals.map(({ reason }) => reason),
        ['drained', 'drained'],
      )
    },
  },
  'a drain can be told from a cancellation': {
    defect: 'does not say why it aborts',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      const signal = jobs.signal(1)
      void queue.stop({ timeoutMs: 0 })
      await eventually('the signal is aborted', () => signal.aborted)
      assert.equal(signal.reason, 'drained')
    },
  },
  'stopping waits for the jobs that it aborted to end': {
    defect: 'does not wait when it stops',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      const signal = jobs.signal(1)
      const stopped = watch(queue.stop({ timeoutMs: 0 }))
      await eventually('the signal is aborted', () => signal.aborted)
      await turns()
      assert.equal(stopped(), false)
      jobs.release(1)
      await eventually('the queue has stopped', stopped)
    },
  },
  'jobs that wait are not handed over after a stop': {
    concurrency: 1,
    defect: 'runs what waits before it stops',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      await queue.enqueue({ id: 2, key: 'first' })
      await queue.enqueue({ id: 3, key: 'second' })
      const stopped = watch(queue.stop({ timeoutMs: longMs }))
      jobs.release(1)
      await eventually('the queue has stopped', stopped)
      await turns()
      assert.deepEqual(jobs.order, [1])
      if (!queue.capabilities.durable) assert.deepEqual(queue.size(), { waiting: 0, running: 0 })
    },
  },
  'no further job is taken while it stops, or afterwards': {
    defect: 'takes jobs after the stop',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      const stopped = watch(queue.stop({ timeoutMs: longMs }))
      // whether it is refused or ignored is the queue's choice
      await queue.enqueue({ id: 2, key: 'second' }).catch(() => {})
      await turns()
      jobs.release(1)
      await eventually('the queue has stopped', stopped)
      await queue.enqueue({ id: 3, key: 'second' }).catch(() => {})
      await turns()
      assert.deepEqual(jobs.order, [1])
      if (!queue.capabilities.durable) assert.deepEqual(queue.size(), { waiting: 0, running: 0 })
    },
  },
  'it may be stopped twice': {
    defect: 'refuses to stop twice',
    async run({ queue, jobs, eventually, startWithOneRunning }) {
      await startWithOneRunning()
      const first = watch(queue.stop({ timeoutMs: longMs }))
      const second = watch(queue.stop({ timeoutMs: longMs }))
      await turns()
      assert.deepEqual([first(), second()], [false, false])
      jobs.release(1)
      await eventually('both have ended', () => first() && second())
      const third = watch(queue.stop({ timeoutMs: 0 }))
      await eventually('the third has ended', third)
    },
  },
})

/** Lets two timers of the shortest time pass: one that was set before has fired then. */
async function twoTimers(): Promise<void> {
  for (let count = 0; count < 2; count += 1) {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 1)
    })
  }
}
