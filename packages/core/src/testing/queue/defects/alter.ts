import type { QueueAdapter, QueueJob, QueueWorker } from '../../../ports/index.ts'

/** A queue that does one thing wrong: what wraps a right one. */
export type QueueDefect = (queue: QueueAdapter) => QueueAdapter

/** Rule → the defect that breaks it: one for every case. */
export type DefectsOf<Cases> = { readonly [Rule in keyof Cases]: QueueDefect }

/** A queue that differs in the given members. */
export const alterQueue = (queue: QueueAdapter, altered: Partial<QueueAdapter>): QueueAdapter => ({
  name: queue.name,
  capabilities: queue.capabilities,
  start: (worker) => queue.start(worker),
  enqueue: (job) => queue.enqueue(job),
  cancel: (id) => queue.cancel(id),
  size: () => queue.size(),
  stop: (options) => queue.stop(options),
  ...altered,
})

/** A defect in what is accepted; the worker gets the job as the caller gave it. `change` is made once a queue. */
export const accepting =
  (makeChange: () => (job: QueueJob) => QueueJob | undefined): QueueDefect =>
  (queue) => {
    const change = makeChange()
    const given = new Map<number, QueueJob>()
    return alterQueue(queue, {
      start: (worker) => queue.start((job, options) => worker(given.get(job.id) ?? job, options)),
      async enqueue(job) {
        given.set(job.id, job)
        const changed = change(job)
        if (changed !== undefined) await queue.enqueue(changed)
      },
    })
  }

/** A defect in how the worker is called. */
export const working =
  (change: (worker: QueueWorker) => QueueWorker): QueueDefect =>
  (queue) =>
    alterQueue(queue, { start: (worker) => queue.start(change(worker)) })
