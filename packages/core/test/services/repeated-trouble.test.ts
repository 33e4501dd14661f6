import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunStatus } from '../../src/contract/index.ts'
import type { ErrorCode } from '../../src/errors/index.ts'
import { type RunParts, runParts } from './run-parts.ts'

const minute = 60_000
const hour = 60 * minute
let parts: RunParts

beforeEach(async () => {
  parts = await runParts()
  await parts.addChannel([
    ...(['sync_failure', 'sync_conflict', 'sync_partial'] as const),
    ...(['task_paused', 'task_recovered'] as const),
  ])
})

afterEach(() => parts.close())

/** Runs a task that somebody asked for, to that end. */
async function run(taskId: number, status: RunStatus, error_code: ErrorCode | null = null) {
  const { id } = await parts.tasks.run(taskId)
  await parts.end(id, status, error_code)
}

const fail = (taskId: number, code: ErrorCode = 'GIT_UNREACHABLE') => run(taskId, 'failed', code)

describe('a task that goes wrong again and again', () => {
  it.each([
    ['failed', 'GIT_UNREACHABLE', 'sync_failure'],
    ['conflict', 'SYNC_CONFLICT', 'sync_conflict'],
    ['partial', 'GIT_REJECTED', 'sync_partial'],
  ] as const)('in the same way is told once: %s', async (status, code, event) => {
    const { id } = await parts.addTask({ max_failures: 1_000 })
    for (let count = 0; count < 20; count += 1) {
      await run(id, status, code)
      await parts.clock.advance(minute)
    }
    expect(await parts.told()).toEqual([`${event} 1`])
  })

  it('is told once more when it goes wrong in another way, however often the two take turns', async () => {
    const { id } = await parts.addTask({ max_failures: 1_000 })
    for (let count = 0; count < 5; count += 1) {
      await fail(id, 'GIT_UNREACHABLE')
      await fail(id, 'GIT_AUTH_FAILED')
      await run(id, 'conflict', 'SYNC_CONFLICT')
    }
    expect(await parts.told()).toEqual(['sync_failure 1', 'sync_failure 2', 'sync_conflict 3'])
  })

  it('is told once more when it goes wrong to another extent, for the same reason', async () => {
    const { id } = await parts.addTask({ max_failures: 1_000 })
    for (const status of ['failed', 'partial', 'failed', 'partial'] as const) {
      await run(id, status, 'GIT_REJECTED')
    }
    expect(await parts.told()).toEqual(['sync_failure 1', 'sync_partial 2'])
  })

  it('is told again when it has worked in between', async () => {
    const { id } = await parts.addTask()
    for (const status of ['failed', 'failed', 'success', 'failed', 'failed'] as const) {
      await run(id, status, status === 'failed' ? 'GIT_UNREACHABLE' : null)
    }
    expect(await parts.told()).toEqual(['sync_failure 1', 'task_recovered 3', 'sync_failure 4'])
  })

  it('is a run that was canceled no change', async () => {
    const { id } = await parts.addTask()
    await fail(id)
    await run(id, 'canceled')
    await fail(id)
    expect(await parts.told()).toEqual(['sync_failure 1'])
  })

  it('is told once a day while that goes on', async () => {
    const { id } = await parts.addTask({ max_failures: 1_000 })
    // 0 h, 1 h, …, 50 h
    for (let count = 0; count <= 50; count += 1) {
      await fail(id)
      await parts.clock.advance(hour)
    }
    expect(await parts.told()).toEqual(['sync_failure 1', 'sync_failure 25', 'sync_failure 49'])
  })

  it('is told to a channel that came later, and says nothing twice to the one that was there', async () => {
    const { id } = await parts.addTask()
    await fail(id)
    await parts.addChannel(['sync_failure'])
    await fail(id)
    await fail(id)
    const told = await parts.storage.collection('deliveries').find()
    expect(told.map(({ channel_id, run_id }) => [channel_id, run_id])).toEqual([
      [1, 1],
      [2, 2],
    ])
  })

  it('is told again where the message could not be sent', async () => {
    const { id } = await parts.addTask()
    await fail(id)
    await parts.storage.collection('deliveries').update(1, { status: 'failed' })
    await fail(id)
    await fail(id)
    expect(await parts.told()).toEqual(['sync_failure 1', 'sync_failure 2'])
  })

  it('says nothing of another task', async () => {
    const first = await parts.addTask()
    const second = await parts.addTask()
    await fail(first.id)
    await fail(second.id)
    expect(await parts.told()).toEqual(['sync_failure 1', 'sync_failure 2'])
  })
})

describe('failures in a row', () => {
  it('put the next run off, longer and longer, pause the task once, and are told once; healing once', async () => {
    parts.listen('task.paused', 'task.recovered')
    const { id } = await parts.addTask({ cron_expression: '@every 10s', max_failures: 4 })
    parts.scheduler.start()
    const starts: number[] = []
    for (let run = 1; run <= 4; run += 1) {
      for (let step = 0; (await parts.runs()).length < run; step += 1) {
        if (step > 1_000) throw new Error(`run ${run} does not come`)
        await parts.clock.advance(10_000)
      }
      starts.push((parts.clock.now() - Date.parse('2026-01-01T00:00:00.000Z')) / 1_000)
      await parts.end(run, 'failed', 'GIT_UNREACHABLE')
    }
    // random() is 0 here: half of 30 s, 1 min and 2 min, and then the next tick after it
    expect(starts).toEqual([10, 30, 70, 140])
    const paused = await parts.taskOf(id)
    expect(paused).toMatchObject({
      failure_count: 4,
      enabled: true,
      next_run_at: null,
      paused_reason: '4 failures in a row, the last one: it broke',
    })
    await parts.clock.advance(24 * hour - 200_000)
    expect(await parts.runs()).toHaveLength(4)
    // somebody tries by hand: it is paused already
    for (let count = 0; count < 3; count += 1) await fail(id)
    expect(await parts.told()).toEqual(['sync_failure 1', 'task_paused 4'])
    await parts.tasks.resume(id)
    for (let count = 0; count < 3; count += 1) await run(id, 'success')
    expect(await parts.told()).toEqual(['sync_failure 1', 'task_paused 4', 'task_recovered 8'])
    expect(parts.emitted.map(({ name }) => name)).toEqual(['task.paused', 'task.recovered'])
  })

  it('end with a success: the next one counts from one again', async () => {
    const { id } = await parts.addTask({ max_failures: 2 })
    for (const status of ['failed', 'success', 'failed'] as const) {
      await run(id, status, status === 'failed' ? 'GIT_UNREACHABLE' : null)
    }
    expect(await parts.taskOf(id)).toMatchObject({ failure_count: 1, paused_at: null })
  })

  it('of a task that somebody paused are no second pause, and its success is no recovery', async () => {
    const { id } = await parts.addTask({ max_failures: 1 })
    parts.listen('task.recovered')
    await run(id, 'success')
    await parts.tasks.pause(id)
    await run(id, 'success')
    expect(await parts.told()).toEqual([])
    expect(parts.emitted).toEqual([])
    await fail(id)
    expect(await parts.told()).toEqual(['sync_failure 3'])
    expect(await parts.taskOf(id)).toMatchObject({ paused_reason: 'paused by alice' })
  })
})
