import assert from 'node:assert/strict'
import type { QueueJob } from '../../../ports/index.ts'
import { type QueueCase, type QueueCaseContext, queueCases } from '../queue-case.ts'

/** Hands over `accepted` while job 1 holds the only place, and then lets them run, one after the other. */
function runIn(order: readonly number[], accepted: readonly QueueJob[]): QueueCase['run'] {
  return async ({ queue, jobs, eventually, startWithOneRunning }: QueueCaseContext) => {
    await startWithOneRunning()
    for (const job of accepted) await queue.enqueue(job)
    for (const [index, id] of [1, ...order].entries()) {
      await eventually(`${index + 1} jobs have started`, () => jobs.started.length > index)
      assert.deepEqual(jobs.order, [1, ...order].slice(0, index + 1))
      jobs.release(id)
    }
    await eventually('nothing is left', () => queue.size().waiting + queue.size().running === 0)
    assert.deepEqual(jobs.order, [1, ...order])
  }
}

export const orderCases = queueCases({
  'the job of the highest priority goes first': {
    concurrency: 1,
    defect: 'ignores priorities',
    run: runIn(
      [4, 3, 5, 2],
      [
        { id: 2, key: 'a', priority: -3 },
        { id: 3, key: 'b', priority: 10 },
        { id: 4, key: 'c', priority: 2_000 },
        { id: 5, key: 'd', priority: 9 },
      ],
    ),
  },
  'the job of the highest priority goes first among those of one key': {
    concurrency: 2,
    defect: 'ignores priorities',
    run: runIn(
      [3, 2],
      [
        { id: 2, key: 'first', priority: 1 },
        { id: 3, key: 'first', priority: 2 },
      ],
    ),
  },
  'equal priorities go in the order of arrival': {
    concurrency: 1,
    defect: 'takes the last arrival first',
    run: runIn(
      [5, 3, 4, 2, 6],
      [
        { id: 5, key: 'a', priority: 1 },
        { id: 3, key: 'b', priority: 1 },
        { id: 4, key: 'a', priority: 1 },
        { id: 2, key: 'c', priority: 1 },
        { id: 6, key: 'first', priority: 1 },
      ],
    ),
  },
  'a job without a priority has priority 0': {
    concurrency: 1,
    defect: 'puts jobs without a priority last',
    run: runIn(
      [4, 3, 5, 2],
      [
        { id: 2, key: 'a', priority: -1 },
        { id: 3, key: 'b' },
        { id: 4, key: 'c', priority: 1 },
        { id: 5, key: 'd', priority: 0 },
      ],
    ),
  },
  'a job whose id waits already is not accepted twice': {
    concurrency: 1,
    defect: 'runs a job as often as it was accepted',
    run: runIn(
      [2, 3],
      [
        { id: 2, key: 'a' },
        { id: 2, key: 'a' },
        { id: 3, key: 'a' },
        { id: 2, key: 'a' },
      ],
    ),
  },
  'a job that is accepted again with a higher priority takes that': {
    concurrency: 1,
    defect: 'keeps the first priority',
    run: runIn(
      [2, 3],
      [
        { id: 2, key: 'a', priority: 0 },
        { id: 3, key: 'a', priority: 5 },
        { id: 2, key: 'a', priority: 9 },
      ],
    ),
  },
  'a job that is accepted again with a lower priority keeps the higher one': {
    concurrency: 1,
    defect: 'takes the last priority',
    run: runIn(
      [2, 3],
      [
        { id: 2, key: 'a', priority: 9 },
        { id: 3, key: 'a', priority: 5 },
        { id: 2, key: 'a', priority: 0 },
      ],
    ),
  },
})
