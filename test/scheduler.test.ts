import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry, type Run, type UpdateSyncTask } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox, createTestClock, type TestClock } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let sandbox: ApiSandbox
let clock: TestClock
let gitferry: Gitferry
let finished: Run[]

beforeEach(async () => {
  sandbox = await createApiSandbox()
  clock = createTestClock('2026-01-01T00:00:00.000Z')
  finished = []
  gitferry = createGitferry({ storage: memoryStorage(), dataDir: sandbox.dataDir, clock, random: () => 0 })
  gitferry.on('run.finished', ({ run }) => finished.push(run))
  await gitferry.start()
})

afterEach(async () => {
  await gitferry.stop({ graceful: false })
  sandbox.remove()
})

async function makeTask(settings: UpdateSyncTask) {
  const [known] = (await gitferry.repos.list()).items
  const repo = known ?? (await gitferry.repos.register({ path: sandbox.clonePath }))
  return gitferry.sync.tasks.create({
    repo_id: repo.id,
    source_branch: 'main',
    target_remote: 'backup',
    ...settings,
  })
}

/** Advances the clock, and waits until every run that came of it has ended. */
async function pass(ms: number): Promise<readonly Run[]> {
  const before = finished.length
  await clock.advance(ms)
  for (;;) {
    const { items } = await gitferry.sync.runs.list({ page_size: 100 })
    const open = items.filter(({ finished_at }) => finished_at === null)
    if (open.length === 0) return finished.slice(before)
    await Promise.all(open.map(({ id }) => gitferry.sync.runs.wait(id)))
  }
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const at = (time: string) => `2026-01-01T${time}.000Z`

describe('a schedule', () => {
  it('runs its task at each tick, and shows the next one', async () => {
    const task = await makeTask({ cron_expression: '*/10 * * * *' })
    expect(task.next_run_at).toBe(at('00:10:00'))
    expect(await pass(9 * minute)).toEqual([])
    const [run] = await pass(minute)
    expect(run).toMatchObject({ trigger: 'cron', status: 'success', queued_at: at('00:10:00') })
    const after = await gitferry.sync.tasks.get(task.id)
    expect(after).toMatchObject({
      next_run_at: at('00:20:00'),
      last_status: 'success',
      last_run_at: at('00:10:00'),
    })
    expect(await pass(10 * minute)).toHaveLength(1)
  })

  it('of @every does not drift, and a change of other fields does not restart it', async () => {
    const task = await makeTask({ cron_expression: '@every 90s' })
    await pass(90 * second)
    await pass(45 * second)
    const changed = await gitferry.sync.tasks.update(task.id, { name: 'another name' })
    expect(changed.next_run_at).toBe(at('00:03:00'))
    expect(changed.next_runs).toEqual(['00:03:00', '00:04:30', '00:06:00', '00:07:30', '00:09:00'].map(at))
  })

  it('fires from one second on', async () => {
    await makeTask({ cron_expression: '@every 1s' })
    expect(await pass(second)).toHaveLength(1)
    expect(await pass(second)).toHaveLength(1)
  })

  it('moves a task by its jitter, the same each time', async () => {
    const task = await makeTask({ cron_expression: '0 * * * *', jitter_ms: 5 * minute })
    const offset = (time: string | null) => Date.parse(time ?? '') % hour
    expect(offset(task.next_run_at)).toBeLessThanOrEqual(5 * minute)
    await pass(2 * hour)
    expect(offset((await gitferry.sync.tasks.get(task.id)).next_run_at)).toBe(offset(task.next_run_at))
  })

  it('that is switched off, emptied or whose task is deleted does not fire', async () => {
    const cron = { cron_expression: '*/10 * * * *' }
    const disabled = await makeTask({ ...cron, enabled: false })
    const emptied = await makeTask({ ...cron, source_branch: 'develop', target_branch: 'develop' })
    const deleted = await makeTask({ ...cron, source_branch: 'develop', target_branch: 'other' })
    await gitferry.sync.tasks.update(emptied.id, { cron_expression: '' })
    await gitferry.sync.tasks.delete(deleted.id)
    expect(disabled.next_run_at).toBe(null)
    expect(await pass(hour)).toEqual([])
    await gitferry.sync.tasks.update(disabled.id, { enabled: true })
    expect(await pass(10 * minute)).toHaveLength(1)
  })
})

describe('ticks that were missed while nothing was running', () => {
  async function asleep(misfire: 'run_once' | 'skip', ms: number): Promise<readonly Run[]> {
    await makeTask({ cron_expression: '*/10 * * * *', misfire })
    // the clock jumps past the scheduler's timers, as when a machine was suspended
    const { now } = clock
    const base = now()
    clock.now = () => base + ms
    await gitferry.sync.tasks.update(1, { name: 'wakes the scheduler' })
    const runs = await pass(0)
    clock.now = now
    return runs
  }

  it('are made up for by one run', async () => {
    expect(await asleep('run_once', 5 * hour)).toHaveLength(1)
  })

  it('are let go under misfire skip', async () => {
    expect(await asleep('skip', 5 * hour)).toHaveLength(0)
  })
})

describe('a task that fails', () => {
  it('is put off for longer each time, and paused after max_failures with one event', async () => {
    const paused: string[] = []
    gitferry.on('task.paused', ({ reason }) => paused.push(reason))
    const task = await makeTask({ cron_expression: '@every 10s', source_branch: 'missing', max_failures: 3 })
    const state = () => gitferry.sync.tasks.get(task.id)

    expect(await pass(10 * second)).toMatchObject([{ status: 'failed', error_code: 'BRANCH_NOT_FOUND' }])
    // half of 30 s is the least that the first backoff waits; the next tick after that is 20 s on
    expect(await state()).toMatchObject({
      failure_count: 1,
      next_run_at: at('00:00:30'),
      last_status: 'failed',
    })
    await pass(20 * second)
    expect(await state()).toMatchObject({ failure_count: 2, next_run_at: at('00:01:10'), paused_at: null })
    await pass(40 * second)
    expect(await state()).toMatchObject({
      failure_count: 3,
      next_run_at: null,
      paused_at: at('00:01:10'),
      enabled: true,
    })
    expect(paused).toEqual([expect.stringMatching(/^3 failures in a row.*missing/)])
    expect(await pass(hour)).toEqual([])

    const { paused_at, ...whole } = await state()
    expect(await gitferry.sync.tasks.update(task.id, { ...whole, paused_at })).toMatchObject({
      failure_count: 3,
    })
    const resumed = await gitferry.sync.tasks.update(task.id, { paused_at: null, source_branch: 'main' })
    expect(resumed).toMatchObject({ paused_at: null, failure_count: 0 })
    expect(await pass(10 * second)).toMatchObject([{ status: 'success' }])
  })

  it('forgets its failures with the first success', async () => {
    const task = await makeTask({ source_branch: 'late', cron_expression: '@every 10s' })
    await pass(10 * second)
    sandbox.git(sandbox.originPath, 'branch', 'late', 'main')
    await gitferry.sync.tasks.run(task.id, { wait: true })
    expect(await gitferry.sync.tasks.get(task.id)).toMatchObject({
      failure_count: 0,
      next_run_at: at('00:00:20'),
    })
  })
})
