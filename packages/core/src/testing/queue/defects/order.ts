import type { QueueJob } from '../../../ports/index.ts'
import type { orderCases } from '../cases/order.ts'
import { accepting, alterQueue, type DefectsOf, type QueueDefect } from './alter.ts'

const ignoringPriorities = accepting(() => ({ id, key }) => ({ id, key }))

/** A waiting job that is accepted again keeps the priority that it had first, or takes the one it is given last. */
const keeping =
  (which: 'the first' | 'the last'): QueueDefect =>
  (queue) => {
    const waiting = new Set<number>()
    return alterQueue(queue, {
      start: (worker) =>
        queue.start((job, options) => {
          waiting.delete(job.id)
          return worker(job, options)
        }),
      async enqueue(job) {
        if (waiting.has(job.id) && which === 'the first') return
        if (waiting.has(job.id)) await queue.cancel(job.id)
        waiting.add(job.id)
        await queue.enqueue(job)
      },
    })
  }

export const orderDefects: DefectsOf<typeof orderCases> = {
  'the job of the highest priority goes first': ignoringPriorities,
  'the job of the highest priority goes first among those of one key': ignoringPriorities,
  'equal priorities go in the order of arrival': accepting(() => {
    let arrivals = 0
    return ({ id, key, priority = 0 }: QueueJob) => {
      arrivals += 1
      return { id, key, priority: priority * 1_000 + arrivals }
    }
  }),
  'a job without a priority has priority 0': accepting(() => (job) => ({ priority: -1_000, ...job })),
  'a job whose id waits already is not accepted twice': (queue) => {
    const accepted = new Map<number, number>()
    return alterQueue(queue, {
      start: (worker) =>
        queue.start(async (job, options) => {
          for (let times = accepted.get(job.id) ?? 1; times > 0; times -= 1) await worker(job, options)
        }),
      enqueue(job) {
        accepted.set(job.id, (accepted.get(job.id) ?? 0) + 1)
        return queue.enqueue(job)
      },
    })
  },
  'a job that is accepted again with a higher priority takes that': keeping('the first'),
  'a job that is accepted again with a lower priority keeps the higher one': keeping('the last'),
}
