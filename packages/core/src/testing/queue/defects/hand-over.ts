import type { QueueJob } from '../../../ports/index.ts'
import type { handOverCases } from '../cases/hand-over.ts'
import { accepting, alterQueue, type DefectsOf, working } from './alter.ts'

const nothing = async () => {}

export const handOverDefects: DefectsOf<typeof handOverCases> = {
  'it has a name, and says what it can do': (queue) => alterQueue(queue, { name: '' }),
  'every accepted job is handed over': accepting(() => (job) => (job.id % 10 === 0 ? undefined : job)),
  'the worker gets the job as it was accepted': working(
    (worker) =>
      ({ id, key }, options) =>
        worker({ id, key }, options),
  ),
  'a job that is accepted before the start is handed over at the start': (queue) => {
    let started = false
    return alterQueue(queue, {
      start(worker) {
        started = true
        return queue.start(worker)
      },
      enqueue: (job) => (started ? queue.enqueue(job) : nothing()),
    })
  },
  'an id that has run is accepted again': accepting(() => {
    const known = new Set<number>()
    return (job: QueueJob) => (known.size === known.add(job.id).size ? undefined : job)
  }),
  'two jobs of one key never run at the same time': accepting(() => (job) => ({
    ...job,
    key: `${job.key} ${job.id}`,
  })),
  'a job that waits for its key does not hold up those of other keys': (queue) => {
    const keys = new Map<number, string>()
    const last = new Map<string, Promise<void>>()
    return alterQueue(queue, {
      start: (worker) =>
        queue.start(({ id }, options) => {
          const key = keys.get(id)!
          const turn = (last.get(key) ?? Promise.resolve()).then(() => worker({ id, key }, options))
          last.set(
            key,
            turn.catch(() => {}),
          )
          return turn
        }),
      enqueue({ id, key }) {
        keys.set(id, key)
        return queue.enqueue({ id, key: `${key} ${id}` })
      },
    })
  },
  'a rejection of the worker is reported to the logger': working(
    (worker) => (job, options) => worker(job, options).catch(nothing),
  ),
  'a rejection of the worker does not stop the queue': working((worker) => {
    let broken = false
    return async (job, options) => {
      if (broken) return
      try {
        await worker(job, options)
      } catch (error) {
        broken = true
        throw error
      }
    }
  }),
  'a job that failed is not tried again': working(
    (worker) => (job, options) => worker(job, options).catch(() => worker(job, options)),
  ),
  'it counts how many jobs wait, and how many run': (queue) =>
    alterQueue(queue, {
      size() {
        const { waiting, running } = queue.size()
        return { waiting: 0, running: waiting + running }
      },
    }),
}
