import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { expect, it } from 'vitest'
import type { TableName } from '../../src/ports/index.ts'
import { RestrictedStorage } from '../../src/rights/restricted-storage.ts'
import { type TableRight, tableRights } from '../../src/rights/table-rights.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { newRun } from '../../src/testing/storage/rows.ts'

it('a table without a decision does not compile', () => {
  // @ts-expect-error no columns would let everybody see every row
  const none: TableRight<{ id: number }> = []
  const { settings: _, ...rest } = tableRights
  // @ts-expect-error one is missing
  const forgotten: typeof tableRights = rest
  expect([none, forgotten]).toHaveLength(2)
})

it('a table is narrowed exactly where its rows name repositories', async () => {
  const whole = new ManagedStorage(memoryStorage())
  await whole.open()
  const seen = new RestrictedStorage(whole, [1])
  const narrowed = Object.keys(tableRights).filter((name) => {
    const rows = seen.collection(name as TableName)
    return rows.constructor.name === 'RestrictedCollection'
  })
  expect(narrowed).toEqual([
    'repos',
    'remotes',
    'tasks',
    'plans',
    'kept_refs',
    'jobs',
    'runs',
    'protected_refs',
  ])
  const parents = Object.entries(tableRights).filter(([, right]) => right === 'parent')
  // what a restricted caller is shown of them is found by its run, or by its repository
  expect(parents.map(([name]) => name)).toEqual(['run_refs', 'run_log', 'members', 'public_keys'])
  const { id } = await whole.collection('runs').insert(newRun({ repo_id: 2 }))
  expect(await seen.collection('runs').get(id)).toBeUndefined()
})
