import type { QueueJob, QueueWorker } from '../../../ports/index.ts'
import type { stopCases } from '../cases/stopping.ts'
import { alterQueue, type DefectsOf, type QueueDefect, working } from './alter.ts'

const hangingWhenIdle: QueueDefect = (queue) =>
  alterQueue(queue, {
    stop: (options) => (queue.size().running === 0 ? new Promise(() => {}) : queue.stop(options)),
  })

const notWaiting: QueueDefect = (queue) =>
  alterQueue(queue, {
    async stop(options) {
      void queue.stop(options)
    },
  })

const stoppingAfter =
  (change: (timeoutMs: number) => number): QueueDefect =>
  (queue) =>
    alterQueue(queue, { stop: ({ timeoutMs }) => queue.stop({ timeoutMs: change(timeoutMs) }) })

/** Hands jobs to the worker after the stop. */
const goingOn =
  (what: 'runs the rest' | 'takes more'): QueueDefect =>
  (queue) => {
    const waiting = new Map<number, QueueJob>()
    const { signal } = new AbortController()
    let work: QueueWorker = async () => {}
    let isStopped = false
    return alterQueue(queue, {
      start(worker) {
        work = worker
        return queue.start((job, options) => {
          waiting.delete(job.id)
          return worker(job, options)
        })
      },
      async enqueue(job) {
        if (isStopped && what === 'takes more') return void work(job, { signal })
        waiting.set(job.id, job)
        return queue.enqueue(job)
      },
      async stop(options) {
        isStopped = true
        await queue.stop(options)
        if (what === 'runs the rest') for (const job of waiting.values()) void work(job, { signal })
      },
    })
  }

export const stopDefects: DefectsOf<typeof stopCases> = {
  'a queue without running jobs stops at once': hangingWhenIdle,
  'a queue that was never started can be stopped': hangingWhenIdle,
  'stopping waits for the running jobs': notWaiting,
  'stopping leaves the running jobs alone for as long as it was told': stoppingAfter(() => 0),
  'a wait of any length is a wait': stoppingAfter((ms) => (ms > 2 ** 31 - 1 ? 0 : ms)),
  'running jobs are aborted when the time is over, as drained': stoppingAfter(() => 600_000),
  'a drain can be told from a cancellation': working((worker) => (job, { signal }) => {
    const abort = new AbortController()
    signal.addEventListener('abort', () => abort.abort('canceled'))
    return worker(job, { signal: abort.signal })
  }),
  'stopping waits for the jobs that it aborted to end': notWaiting,
  'jobs that wait are not handed over after a stop': goingOn('runs the rest'),
  'no further job is taken while it stops, or afterwards': goingOn('takes more'),
  'it may be stopped twice': (queue) => {
    let isStopped = false
    return alterQueue(queue, {
      async stop(options) {
        if (isStopped) throw new Error('stopped already')
        isStopped = true
        await queue.stop(options)
      },
    })
  },
}
