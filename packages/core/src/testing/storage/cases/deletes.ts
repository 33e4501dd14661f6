import assert from 'node:assert/strict'
import { sorted } from '../expect.ts'
import { newLine, newRepo } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

export const deleteCases = storageCases({
  'a deleted row is gone': {
    defect: 'deleted rows are still counted',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      await lines.insert(newLine('b'))
      assert.equal(await lines.delete(id), true)
      assert.equal(await lines.count(), 1)
      assert.deepEqual(
        (await lines.find()).map((row) => row.text),
        ['b'],
      )
    },
  },
  'delete answers false where there is no such row': {
    defect: 'delete answers true for an id that was never given',
    async run({ storage }) {
      assert.equal(await storage.collection('run_log').delete(1), false)
    },
  },
  'a deleted row gives its unique keys free': {
    defect: 'a deleted row is only marked, and holds its unique keys',
    async run({ storage }) {
      const repos = storage.collection('repos')
      const { id } = await repos.insert(newRepo('a'))
      await repos.delete(id)
      await repos.insert(newRepo('a'))
    },
  },
  'deleteWhere answers how many rows it deleted': {
    defect: 'deleteWhere answers 1 where it deleted several rows',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      for (const text of ['a', 'b', 'c']) await lines.insert(newLine(text))
      assert.equal(await lines.deleteWhere({ text: { in: ['a', 'b'] } }), 2)
      assert.equal(await lines.deleteWhere({ text: 'a' }), 0)
    },
  },
  'deleteWhere deletes the rows that meet every condition, and no other': {
    defect: 'deleteWhere looks at the first condition only',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      for (const text of ['a', 'b']) await lines.insert(newLine(text))
      await lines.deleteWhere({ run_id: 1, text: 'a' })
      assert.deepEqual(sorted((await lines.find()).map((row) => row.text)), ['b'])
    },
  },
  'deleteWhere without a condition deletes every row': {
    defect: 'deleteWhere without a condition deletes nothing',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      for (const text of ['a', 'b']) await lines.insert(newLine(text))
      await lines.deleteWhere({})
      assert.deepEqual(await lines.find(), [])
    },
  },
})
