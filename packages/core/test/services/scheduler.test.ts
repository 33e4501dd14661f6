import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunParts, runParts } from './run-parts.ts'

const minute = 60_000
let parts: RunParts

beforeEach(async () => {
  parts = await runParts({ concurrency: 64 })
})

afterEach(() => parts.close())

const addTasks = async (count: number) => {
  for (let repo_id = 1; repo_id <= count; repo_id += 1) {
    await parts.addTask({ repo_id, cron_expression: '* * * * *' })
  }
}

const queuedTasks = async () => (await parts.runs()).map(({ task_id }) => task_id).sort((a, b) => a - b)

/** Counts the transactions in which runs are made. */
function countingClaims() {
  const { transaction } = parts.storage
  const claims: number[] = []
  parts.storage.transaction = (work) =>
    transaction.call(parts.storage, async (session) => {
      const before = await session.collection('runs').count()
      const result = await work(session)
      const made = (await session.collection('runs').count()) - before
      if (made > 0) claims.push(made)
      return result
    }) as never
  return claims
}

describe('tasks that are due together', () => {
  it('are claimed a hundred in a transaction', async () => {
    await addTasks(230)
    const claims = countingClaims()
    parts.scheduler.start()
    await parts.clock.advance(minute)
    await parts.until('all have a run', async () => (await parts.runs()).length === 230)
    expect(claims).toEqual([100, 100, 30])
  })

  it('are claimed all the same when one of them cannot be, which is tried again', async () => {
    await addTasks(5)
    const accept = parts.queue.accept.bind(parts.queue)
    let failures = 0
    parts.queue.accept = (session, task, ...more) => {
      if (task.id !== 3 || failures === 4) return accept(session, task, ...more)
      failures += 1
      throw new Error('a row is in the way')
    }
    parts.scheduler.start()
    await parts.clock.advance(minute)
    await parts.until('the others have a run', async () => (await parts.runs()).length === 4)
    expect(await queuedTasks()).toEqual([1, 2, 4, 5])
    expect((await parts.taskOf(3)).next_run_at).toBe('2026-01-01T00:01:00.000Z')
    await parts.clock.advance(5_000)
    expect(await queuedTasks()).toEqual([1, 2, 3, 4, 5])
    expect((await parts.taskOf(3)).next_run_at).toBe('2026-01-01T00:02:00.000Z')
    expect(new Set(parts.warnings)).toEqual(new Set(['a due task could not be claimed; it is tried again']))
  })

  it('are handed over all the same when the queue does not take one of them', async () => {
    await addTasks(3)
    const enqueue = parts.adapter.enqueue.bind(parts.adapter)
    parts.adapter.enqueue = async (job) => {
      if (job.id === 2) throw new Error('the queue is away')
      await enqueue(job)
    }
    parts.scheduler.start()
    await parts.clock.advance(minute)
    await parts.until('two are under way', () => parts.running.size === 2)
    expect(await queuedTasks()).toEqual([1, 2, 3])
    expect(parts.warnings).toEqual(['a run could not be handed to the queue yet'])
  })
})
