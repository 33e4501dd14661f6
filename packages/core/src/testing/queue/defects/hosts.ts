import type { QueueJob } from '../../../ports/index.ts'
import type { hostCases } from '../cases/hosts.ts'
import { accepting, alterQueue, type DefectsOf, type QueueDefect, working } from './alter.ts'

/** Takes `hosts` for those of each job. */
const withHosts = (hosts: (job: QueueJob) => readonly string[]): QueueDefect =>
  accepting(() => (job) => ({ ...job, hosts: hosts(job) }))

/** Gives places to jobs first, and lets them wait for `what` of their hosts there, in the order in which they came. */
const queueingFor =
  (what: (job: QueueJob) => string | undefined): QueueDefect =>
  (queue) => {
    const given = new Map<number, QueueJob>()
    const last = new Map<string | undefined, Promise<void>>()
    return alterQueue(queue, {
      start: (worker) =>
        queue.start(({ id }, options) => {
          const job = given.get(id)!
          const host = what(job)
          const before = host === undefined ? undefined : last.get(host)
          const turn = (before ?? Promise.resolve()).then(() => worker(job, options))
          last.set(
            host,
            turn.catch(() => {}),
          )
          return turn
        }),
      enqueue({ hosts = [], ...job }) {
        given.set(job.id, { ...job, hosts })
        return queue.enqueue(job)
      },
    })
  }

const firstHost = ({ hosts = [] }: QueueJob) => hosts[0]

export const hostDefects: DefectsOf<typeof hostCases> = {
  'no more jobs than allowed go to one host at the same time': withHosts(() => []),
  'as many jobs as allowed go to one host at the same time': queueingFor(firstHost),
  'a job of two hosts waits for both': withHosts(({ hosts = [] }) => hosts.slice(0, 1)),
  'a job that waits for a host does not hold up those of other hosts': queueingFor(firstHost),
  'the job of the highest priority goes first to a host that is free again': accepting(() => (job) => ({
    ...job,
    priority: 0,
  })),
  'a job that failed gives its host back': working(
    (worker) => (job, options) =>
      worker(job, options).catch(async () => {
        await new Promise((resolve) => options.signal.addEventListener('abort', resolve))
      }),
  ),
  'a job without hosts waits for none': withHosts(({ hosts = [] }) => (hosts.length > 0 ? hosts : ['none'])),
}
