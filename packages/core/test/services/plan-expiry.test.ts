import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PlanStatus } from '../../src/contract/index.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { keepPlansMs, PlanExpiry } from '../../src/services/plan-expiry.ts'
import { newTask } from '../../src/testing/storage/rows.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'

const day = 86_400_000

describe.each(['memory', 'sqlite'] as const)('plans in %s', (kind) => {
  let clock: TestClock
  let storage: ManagedStorage
  let expiry: PlanExpiry
  beforeEach(async () => {
    clock = createTestClock()
    storage = new ManagedStorage(kind === 'memory' ? memoryStorage() : sqliteStorage({ path: ':memory:' }))
    await storage.open()
    expiry = new PlanExpiry({ storage, clock })
  })
  afterEach(() => storage.close())

  const task = () => storage.collection('tasks').insert(newTask())
  const make = async (task_id: number, status: PlanStatus) => {
    const { id } = await storage.collection('plans').insert({
      task_id,
      repo_id: 1,
      target_repo_id: 1,
      kind: 'sync',
      status,
      updates: [],
      stopped_code: null,
      stopped_reason: null,
      run_id: null,
      applied_by_run_id: null,
      kept_run_id: null,
      created_at: new Date(clock.now()).toISOString(),
    })
    return id
  }
  const ids = async () => (await storage.collection('plans').find()).map(({ id }) => id).sort()

  it('are removed 90 days after they were made when they are closed; an open one stays', async () => {
    const { id } = await task()
    for (const status of ['applied', 'stale', 'superseded'] as const) await make(id, status)
    const open = await make(id, 'open')
    await clock.advance(keepPlansMs)
    await expiry.expire()
    expect(await ids()).toHaveLength(4)
    const young = await make(id, 'applied')
    await clock.advance(day)
    await expiry.expire()
    expect(await ids()).toEqual([open, young])
  })

  it('are removed when they are open and their task is gone; a closed one of it stays its time', async () => {
    const [gone, stays] = [await task(), await task()]
    await make(gone.id, 'open')
    const closed = await make(gone.id, 'superseded')
    const open = await make(stays.id, 'open')
    await storage.collection('tasks').delete(gone.id)
    await expiry.expire()
    expect(await ids()).toEqual([closed, open])
  })

  it('are looked through once a day', async () => {
    await expiry.expire()
    const { id } = await task()
    await make(id, 'open')
    await storage.collection('tasks').delete(id)
    await clock.advance(day - 1)
    await expiry.expire()
    expect(await ids()).toHaveLength(1)
    await clock.advance(1)
    await expiry.expire()
    expect(await ids()).toEqual([])
  })
})
