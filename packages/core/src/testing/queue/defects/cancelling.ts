import type { QueueJob, QueueWorker } from '../../../ports/index.ts'
import type { cancelCases } from '../cases/cancelling.ts'
import { alterQueue, type DefectsOf, type QueueDefect } from './alter.ts'

const cancellingNothing: QueueDefect = (queue) => alterQueue(queue, { cancel: async () => true })

export const cancelDefects: DefectsOf<typeof cancelCases> = {
  'cancelling a waiting job takes it out': cancellingNothing,
  'cancelling a running job aborts its signal': cancellingNothing,
  'a running job that was cancelled keeps its key until it ends': (queue) => {
    const waiting: QueueJob[] = []
    let work: QueueWorker = async () => {}
    return alterQueue(queue, {
      start(worker) {
        work = worker
        return queue.start(worker)
      },
      enqueue(job) {
        waiting.push(job)
        return queue.enqueue(job)
      },
      async cancel(id) {
        const next = waiting.find((job) => job.id !== id)
        if (next !== undefined) void work(next, { signal: new AbortController().signal })
        return queue.cancel(id)
      },
    })
  },
  'cancelling leaves other jobs alone': (queue) => {
    const running = new Set<number>()
    return alterQueue(queue, {
      start: (worker) =>
        queue.start((job, options) => {
          running.add(job.id)
          return worker(job, options).finally(() => running.delete(job.id))
        }),
      async cancel(id) {
        for (const other of running) await queue.cancel(other)
        return queue.cancel(id)
      },
    })
  },
  'cancelling a job that is not there answers false': (queue) =>
    alterQueue(queue, {
      async cancel(id) {
        await queue.cancel(id)
        return true
      },
    }),
  'a job may be cancelled twice': (queue) => {
    const canceled = new Set<number>()
    return alterQueue(queue, {
      async cancel(id) {
        if (canceled.has(id)) throw new Error('canceled already')
        canceled.add(id)
        return queue.cancel(id)
      },
    })
  },
}
