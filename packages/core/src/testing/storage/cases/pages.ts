import assert from 'node:assert/strict'
import type { Query, StorageAdapter, Tables } from '../../../ports/index.ts'
import { rejection, sorted } from '../expect.ts'
import { newEntry, newLine, newRun } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

async function fourLines(storage: StorageAdapter) {
  const lines = storage.collection('run_log')
  const rows = []
  for (const text of ['a', 'b', 'c', 'd']) rows.push(await lines.insert(newLine(text)))
  return rows
}

async function texts(storage: StorageAdapter, query: Query<Tables['run_log']>) {
  return (await storage.collection('run_log').find(query)).map((row) => row.text)
}

/** What comes after the entry with `seq` 2, among entries with the sequence numbers 1, 2, 3 and none. */
async function afterTwo(storage: StorageAdapter, direction: 'asc' | 'desc') {
  const entries = storage.collection('audit_log')
  const rows = []
  for (const seq of [1, 2, 3, null]) rows.push(await entries.insert(newEntry({ seq })))
  const found = await entries.find({ order: [{ by: 'seq', direction }], after: rows[1]! })
  return sorted(found.map((row) => row.seq))
}

/** Limit, offset, and the row to go on after. */
export const pageCases = storageCases({
  'limit answers the first rows of the order': {
    defect: 'rows are limited first and ordered then',
    async run({ storage }) {
      await fourLines(storage)
      const page = await texts(storage, { order: [{ by: 'id', direction: 'desc' }], limit: 2 })
      assert.deepEqual(page, ['d', 'c'])
    },
  },
  'limit: 0 answers nothing': {
    defect: 'limit: 0 is taken for no limit',
    async run({ storage }) {
      await fourLines(storage)
      assert.deepEqual(await texts(storage, { limit: 0 }), [])
    },
  },
  'offset skips rows before the limit counts': {
    defect: 'the rows skipped count towards the limit',
    async run({ storage }) {
      await fourLines(storage)
      assert.deepEqual(await texts(storage, { limit: 2, offset: 1 }), ['b', 'c'])
    },
  },
  'offset works without a limit': {
    defect: 'an offset without a limit is overlooked',
    async run({ storage }) {
      await fourLines(storage)
      assert.deepEqual(await texts(storage, { offset: 3 }), ['d'])
    },
  },
  'an offset beyond the end answers nothing': {
    defect: 'an offset beyond the end answers the last page',
    async run({ storage }) {
      await fourLines(storage)
      assert.deepEqual(await texts(storage, { limit: 2, offset: 9 }), [])
    },
  },
  'after goes on behind the given row': {
    defect: 'after answers the given row once more where no order is asked for',
    async run({ storage }) {
      const [, b] = await fourLines(storage)
      assert.deepEqual(await texts(storage, { after: b! }), ['c', 'd'])
    },
  },
  'after goes on downwards when the order is descending': {
    defect: 'after goes on upwards, whatever the direction',
    async run({ storage }) {
      const [, , c] = await fourLines(storage)
      const order = [{ by: 'id', direction: 'desc' }] as const
      assert.deepEqual(await texts(storage, { order, after: c! }), ['b', 'a'])
    },
  },
  'after goes on within a tie by id': {
    defect: 'after leaves out the rows that tie with the given one',
    async run({ storage }) {
      const runs = storage.collection('runs')
      const { id } = await runs.insert(newRun({ attempt: 1, priority: 5 }))
      for (const attempt of [2, 3]) await runs.insert(newRun({ attempt, priority: 5 }))
      const found = await runs.find({
        order: [{ by: 'priority', direction: 'asc' }],
        after: { id, priority: 5 },
      })
      assert.deepEqual(
        found.map((row) => row.attempt),
        [2, 3],
      )
    },
  },
  'after compares the second order only where the first ties': {
    defect: 'after asks each ordered field to be larger by itself',
    async run({ storage }) {
      const runs = storage.collection('runs')
      const pairs = [
        [1, 9],
        [2, 5],
        [2, 6],
        [3, 1],
      ] as const
      const rows = []
      for (const [priority, attempt] of pairs) rows.push(await runs.insert(newRun({ priority, attempt })))
      const found = await runs.find({
        order: [
          { by: 'priority', direction: 'asc' },
          { by: 'attempt', direction: 'asc' },
        ],
        after: rows[1]!,
      })
      assert.deepEqual(
        found.map((row) => row.attempt),
        [6, 1],
      )
    },
  },
  'after works when its row was deleted meanwhile': {
    defect: 'after looks its row up, and answers nothing when it is gone',
    async run({ storage }) {
      const [, b] = await fourLines(storage)
      await storage.collection('run_log').delete(b!.id)
      assert.deepEqual(await texts(storage, { after: { id: b!.id } }), ['c', 'd'])
    },
  },
  'after a value, nulls still come when descending': {
    defect: 'rows with null are lost behind a page when descending',
    async run({ storage }) {
      assert.deepEqual(await afterTwo(storage, 'desc'), sorted([null, 1]))
    },
  },
  'after a value, nulls do not come again when ascending': {
    defect: 'rows with null come once more behind a page when ascending',
    async run({ storage }) {
      assert.deepEqual(await afterTwo(storage, 'asc'), [3])
    },
  },
  'conditions hold behind a page too': {
    defect: 'the conditions are forgotten next to after',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const last = await lines.insert(newLine('a', 1))
      for (const [text, run] of [
        ['b', 2],
        ['c', 1],
      ] as const) {
        await lines.insert(newLine(text, run))
      }
      await lines.delete(last.id)
      assert.deepEqual(await texts(storage, { where: { run_id: 1 }, after: last }), ['c'])
    },
  },
  'offset and after together are refused': {
    defect: 'an offset next to after is overlooked',
    async run({ storage }) {
      await rejection(storage.collection('run_log').find({ offset: 1, after: { id: 1 } }), 'STORAGE_FAILED')
    },
  },
})
