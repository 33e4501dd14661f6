import assert from 'node:assert/strict'
import { sorted } from '../expect.ts'
import { newLine, newRepo } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

/** `undefined` is not in the type of a change, but reaches it from objects with optional fields. */
const notGiven = undefined as unknown as null

/** `update` and `updateWhere`, without versions. */
export const updateCases = storageCases({
  'update keeps the fields that are not given': {
    defect: 'update replaces the whole row: nullable fields that are not given become null',
    async run({ storage }) {
      const repos = storage.collection('repos')
      const { id } = await repos.insert(newRepo('a', { default_branch: 'main' }))
      await repos.update(id, { size_bytes: 5 })
      const row = await repos.get(id)
      assert.deepEqual([row?.default_branch, row?.size_bytes], ['main', 5])
    },
  },
  'a field that is undefined stays as it is': {
    defect: 'update sets a field that is given as undefined to null',
    async run({ storage }) {
      const repos = storage.collection('repos')
      const { id } = await repos.insert(newRepo('a', { ssh_key_id: 7 }))
      await repos.update(id, { ssh_key_id: notGiven })
      assert.equal((await repos.get(id))?.ssh_key_id, 7)
    },
  },
  'a field that is null becomes null': {
    defect: 'update takes null for "not given"',
    async run({ storage }) {
      const repos = storage.collection('repos')
      const { id } = await repos.insert(newRepo('a', { credential_id: 7 }))
      await repos.update(id, { credential_id: null })
      assert.equal((await repos.get(id))?.credential_id, null)
    },
  },
  'update answers the row as it now is': {
    defect: 'update answers the row as it was',
    async run({ storage }) {
      const { id } = await storage.collection('run_log').insert(newLine('a'))
      assert.equal((await storage.collection('run_log').update(id, { text: 'b' }))?.text, 'b')
    },
  },
  'update changes one row only': {
    defect: 'update changes the rows before it too',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      await lines.insert(newLine('a'))
      const { id } = await lines.insert(newLine('b'))
      await lines.update(id, { text: 'c' })
      assert.deepEqual(sorted((await lines.find()).map((row) => row.text)), ['a', 'c'])
    },
  },
  'update answers undefined where there is no such row': {
    defect: 'update of a row that is not there is an error',
    async run({ storage }) {
      assert.equal(await storage.collection('run_log').update(1, { text: 'a' }), undefined)
    },
  },
  'updateWhere answers how many rows it changed': {
    defect: 'updateWhere answers 1 where it changed several rows',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      for (const text of ['a', 'b', 'c']) await lines.insert(newLine(text))
      assert.equal(await lines.updateWhere({ text: { in: ['a', 'b'] } }, { text: 'd' }), 2)
    },
  },
  'updateWhere answers 0 where no row matches': {
    defect: 'updateWhere that matches nothing is an error',
    async run({ storage }) {
      assert.equal(await storage.collection('run_log').updateWhere({ text: 'a' }, { text: 'b' }), 0)
    },
  },
  'updateWhere changes the rows that meet every condition, and no other': {
    defect: 'updateWhere looks at the first condition only',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      for (const text of ['a', 'b']) await lines.insert(newLine(text))
      await lines.updateWhere({ run_id: 1, text: 'a' }, { text: 'c' })
      assert.deepEqual(sorted((await lines.find()).map((row) => row.text)), ['b', 'c'])
    },
  },
  'updateWhere without a condition changes every row': {
    defect: 'updateWhere without a condition changes nothing',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      for (const text of ['a', 'b']) await lines.insert(newLine(text))
      await lines.updateWhere({}, { text: 'c' })
      assert.deepEqual(
        (await lines.find()).map((row) => row.text),
        ['c', 'c'],
      )
    },
  },
})
