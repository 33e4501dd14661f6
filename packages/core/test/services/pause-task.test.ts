import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunTrigger } from '../../src/contract/index.ts'
import { type RunParts, runParts } from './run-parts.ts'

let parts: RunParts

beforeEach(async () => {
  parts = await runParts()
  parts.listen('task.paused', 'task.updated')
})

afterEach(() => parts.close())

const audited = async () =>
  (await parts.storage.collection('audit_log').find()).map(
    ({ type, object_type, object_id, operator, result, error_code }) =>
      [type, object_type, object_id, operator, result, error_code ?? ''].join(' '),
  )

describe('pausing a task', () => {
  it('takes its next time away, says who did it, and tells of it', async () => {
    const { id } = await parts.addTask({ cron_expression: '*/10 * * * *' })
    await parts.clock.advance(1_000)
    const paused = await parts.tasks.pause(id)
    expect(paused).toMatchObject({
      paused_at: '2026-01-01T00:00:01.000Z',
      paused_reason: 'paused by alice',
      next_run_at: null,
      updated_at: '2026-01-01T00:00:01.000Z',
      enabled: true,
    })
    expect(await parts.tasks.get(id)).toEqual(paused)
    expect(parts.emitted).toEqual([
      {
        name: 'task.paused',
        event: { task_id: id, repo_id: 1, target_repo_id: 1, reason: 'paused by alice' },
      },
      { name: 'task.updated', event: { task: paused } },
    ])
    expect(await audited()).toEqual([`pause task ${id} alice success `])
  })

  it('may be done twice: the second one changes nothing, tells nothing, and has its audit entry', async () => {
    const { id } = await parts.addTask()
    const first = await parts.tasks.pause(id)
    await parts.clock.advance(1_000)
    expect(await parts.tasks.pause(id)).toEqual(first)
    expect(parts.emitted).toHaveLength(2)
    expect(await audited()).toHaveLength(2)
  })

  it('keeps why a task paused itself', async () => {
    const why = { paused_at: '2026-01-01T00:00:00.000Z', paused_reason: '10 failures in a row' }
    const { id } = await parts.addTask({ ...why, failure_count: 10 })
    expect(await parts.tasks.pause(id)).toMatchObject(why)
  })

  it('keeps schedules and webhooks away, and not the person who asks', async () => {
    const { id } = await parts.addTask({ cron_expression: '*/10 * * * *' })
    parts.scheduler.start()
    await parts.tasks.pause(id)
    await parts.clock.advance(3_600_000)
    await expect(parts.webhook(id)).rejects.toMatchObject({ code: 'CONFLICT', status: 409 })
    expect(await parts.runs()).toEqual([])
    const { id: run } = await parts.tasks.run(id)
    await parts.end(run)
    expect(await parts.tasks.get(id)).toMatchObject({ paused_reason: 'paused by alice', next_run_at: null })
  })

  it('cancels what a schedule or a webhook had asked for, and not what a person did', async () => {
    const { id } = await parts.addTask()
    const task = (await parts.storage.collection('tasks').get(id))!
    const accept = (trigger: RunTrigger) =>
      parts.storage.transaction((session) => parts.queue.accept(session, task, trigger))
    const statusOf = async (run: number) => (await parts.storage.collection('runs').get(run))?.status
    const scheduled = await accept('cron')
    await parts.tasks.pause(id)
    expect(await statusOf(scheduled.run.id)).toBe('canceled')
    const asked = await accept('manual')
    await parts.tasks.pause(id)
    expect(await statusOf(asked.run.id)).toBe('pending')
  })

  it('holds while a run of it is under way that fails', async () => {
    const { id } = await parts.addTask({ cron_expression: '*/10 * * * *', max_failures: 1 })
    const run = await parts.tasks.run(id)
    await parts.tasks.pause(id)
    await parts.end(run.id, 'failed', 'GIT_UNREACHABLE')
    expect(await parts.tasks.get(id)).toMatchObject({ paused_reason: 'paused by alice', next_run_at: null })
    expect(parts.emitted).toHaveLength(2)
  })

  it.each(['pause', 'resume'] as const)('refuses to %s what is not there, audited', async (change) => {
    await expect(parts.tasks[change](9)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND', status: 404 })
    await expect(parts.tasks[change](0)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await audited()).toEqual([
      `${change} task 9 alice failure TASK_NOT_FOUND`,
      `${change} task  alice failure INVALID_INPUT`,
    ])
  })
})

describe('resuming a task', () => {
  it('forgets its failures, and its schedule counts from now', async () => {
    const { id } = await parts.addTask({ cron_expression: '*/10 * * * *', failure_count: 3 })
    await parts.tasks.pause(id)
    await parts.clock.advance(25 * 60_000)
    parts.emitted.length = 0
    const resumed = await parts.tasks.resume(id)
    expect(resumed).toMatchObject({
      paused_at: null,
      paused_reason: null,
      failure_count: 0,
      next_run_at: '2026-01-01T00:30:00.000Z',
      updated_at: '2026-01-01T00:25:00.000Z',
    })
    expect(parts.emitted).toEqual([{ name: 'task.updated', event: { task: resumed } }])
    expect((await audited()).at(-1)).toBe(`resume task ${id} alice success `)
  })

  it('lets its schedule run it again, with the scheduler woken', async () => {
    const { id } = await parts.addTask({ cron_expression: '@every 10s' })
    parts.scheduler.start()
    await parts.tasks.pause(id)
    await parts.clock.advance(60_000)
    await parts.tasks.resume(id)
    await parts.clock.advance(10_000)
    await parts.until('it runs', async () => (await parts.runs()).length === 1)
    expect(await parts.runOf(1)).toMatchObject({ trigger: 'cron', queued_at: '2026-01-01T00:01:10.000Z' })
  })

  it('leaves a task that is switched off without a next time', async () => {
    const { id } = await parts.addTask({ cron_expression: '*/10 * * * *', enabled: false })
    await parts.tasks.pause(id)
    expect(await parts.tasks.resume(id)).toMatchObject({ paused_at: null, next_run_at: null })
  })

  it('of one that is not paused changes nothing, tells nothing, and has its audit entry', async () => {
    const { id } = await parts.addTask({ cron_expression: '*/10 * * * *', failure_count: 2 })
    const before = await parts.tasks.get(id)
    await parts.clock.advance(60_000)
    expect(await parts.tasks.resume(id)).toEqual(before)
    expect(parts.emitted).toEqual([])
    expect(await audited()).toEqual([`resume task ${id} alice success `])
  })
})
