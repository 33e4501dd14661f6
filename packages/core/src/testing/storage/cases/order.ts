import assert from 'node:assert/strict'
import type { NewRow, Order, StorageAdapter, Tables } from '../../../ports/index.ts'
import { newEntry, newLine, newRun } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

/** Rows whose `attempt` tells them apart, found in the given order. */
async function attempts(
  storage: StorageAdapter,
  rows: readonly Partial<NewRow<Tables['runs']>>[],
  order: readonly Order<Tables['runs']>[],
) {
  const runs = storage.collection('runs')
  for (const [place, row] of rows.entries()) await runs.insert(newRun({ attempt: place, ...row }))
  return (await runs.find({ order })).map((row) => row.attempt)
}

async function texts(
  storage: StorageAdapter,
  given: readonly string[],
  order: readonly Order<Tables['run_log']>[],
) {
  const lines = storage.collection('run_log')
  for (const text of given) await lines.insert(newLine(text))
  return (await lines.find({ order })).map((row) => row.text)
}

async function sequence(storage: StorageAdapter, direction: 'asc' | 'desc') {
  const entries = storage.collection('audit_log')
  for (const seq of [2, null, 1]) await entries.insert(newEntry({ seq }))
  return (await entries.find({ order: [{ by: 'seq', direction }] })).map((row) => row.seq)
}

export const orderCases = storageCases({
  'rows come by id when no order is asked for': {
    defect: 'without an order, rows that were changed come last',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      await lines.insert(newLine('b'))
      await lines.update(id, { text: 'c' })
      assert.deepEqual(
        (await lines.find()).map((row) => row.text),
        ['c', 'b'],
      )
    },
  },
  'an order is ascending unless it says otherwise': {
    defect: 'an order without a direction is descending',
    async run({ storage }) {
      assert.deepEqual(await texts(storage, ['b', 'a'], [{ by: 'text' }]), ['a', 'b'])
    },
  },
  'descending is the other way round': {
    defect: 'text is never ordered descending',
    async run({ storage }) {
      assert.deepEqual(await texts(storage, ['a', 'c', 'b'], [{ by: 'text', direction: 'desc' }]), [
        'c',
        'b',
        'a',
      ])
    },
  },
  'text is ordered by code point': {
    defect: 'text is ordered as in a dictionary',
    async run({ storage }) {
      const ordered = ['B', '_', 'a', '\u00e9', '\ufb01', '\u{1f680}']
      const found = await texts(storage, ordered.toReversed(), [{ by: 'text', direction: 'asc' }])
      assert.deepEqual(found, ordered)
    },
  },
  'integers are ordered as numbers': {
    defect: 'integers are ordered as text',
    async run({ storage }) {
      const rows = [{ priority: 10 }, { priority: 9 }, { priority: -10 }]
      assert.deepEqual(await attempts(storage, rows, [{ by: 'priority', direction: 'asc' }]), [2, 1, 0])
    },
  },
  'each order has a direction of its own': {
    defect: 'the direction of the first order holds for every one',
    async run({ storage }) {
      const rows = [
        { priority: 2, refs_total: 1 },
        { priority: 1, refs_total: 1 },
        { priority: 1, refs_total: 2 },
      ]
      const found = await attempts(storage, rows, [
        { by: 'priority', direction: 'asc' },
        { by: 'refs_total', direction: 'desc' },
      ])
      assert.deepEqual(found, [2, 1, 0])
    },
  },
  'ties are broken by id, in the direction of the last order': {
    defect: 'ties are always broken by ascending id',
    async run({ storage }) {
      const rows = [{ priority: 1 }, { priority: 1 }, { priority: 2 }]
      assert.deepEqual(await attempts(storage, rows, [{ by: 'priority', direction: 'desc' }]), [2, 1, 0])
    },
  },
  'nulls come first when ascending': {
    defect: 'nulls come last when ascending, as in PostgreSQL',
    async run({ storage }) {
      assert.deepEqual(await sequence(storage, 'asc'), [null, 1, 2])
    },
  },
  'nulls come last when descending': {
    defect: 'nulls come first when descending, as in PostgreSQL',
    async run({ storage }) {
      assert.deepEqual(await sequence(storage, 'desc'), [2, 1, null])
    },
  },
})
