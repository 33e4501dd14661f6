import assert from 'node:assert/strict'
import { type Column, type NewRow, type TableName, type Tables, tables } from '../../../ports/index.ts'
import { rejection } from '../expect.ts'
import { newLine, newRepo, newRun, newTask } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

const example = (name: string, { type }: Column): unknown =>
  ({ integer: name.length, text: `the ${name}`, boolean: true, json: [{ name }] })[type]

/** A new row with a value of its type in every declared column, none of them null. */
function exampleRow<Name extends TableName>(table: Name): NewRow<Tables[Name]> {
  const columns = Object.entries<Column>(tables[table].columns)
  return Object.fromEntries(columns.map(([name, column]) => [name, example(name, column)])) as NewRow<
    Tables[Name]
  >
}

/** Rows as they go in and come out. */
export const rowCases = storageCases({
  'insert answers the row whole, with an id and version 1': {
    defect: 'insert leaves fields that are null out of its answer',
    async run({ storage }) {
      const row = await storage.collection('repos').insert(newRepo('a'))
      assert.deepEqual(row, { ...newRepo('a'), id: row.id, version: 1 })
    },
  },
  'get answers the row of that id': {
    defect: 'get answers the newest row, whatever the id',
    async run({ storage }) {
      const repos = storage.collection('repos')
      const wanted = await repos.insert(newRepo('a'))
      await repos.insert(newRepo('b'))
      assert.equal((await repos.get(wanted.id))?.name, 'a')
    },
  },
  'get answers undefined where there is no such row': {
    defect: 'get answers null for a row that is not there',
    async run({ storage }) {
      assert.equal(await storage.collection('repos').get(1), undefined)
    },
  },
  'every table holds every declared column, and nothing else': {
    defect: 'one column of one table is not stored',
    async run({ storage }) {
      for (const table of Object.keys(tables) as TableName[]) {
        const row = exampleRow(table)
        const { id } = await storage.collection(table).insert(row)
        assert.deepEqual(await storage.collection(table).get(id), { ...row, id, version: 1 }, table)
      }
    },
  },
  'rows are plain objects': {
    defect: 'find answers objects without a prototype, as the database driver made them',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      for (const row of [
        await lines.get(id),
        ...(await lines.find()),
        await lines.update(id, { text: 'b' }),
      ]) {
        assert.equal(Object.getPrototypeOf(row), Object.prototype)
      }
    },
  },
  'two collections of one table show the same rows': {
    defect: 'each collection remembers what it has read, and does not see what another one changes',
    async run({ storage }) {
      const reader = storage.collection('run_log')
      const writer = storage.collection('run_log')
      const { id } = await writer.insert(newLine('a'))
      await reader.get(id)
      await writer.update(id, { text: 'b' })
      assert.equal((await reader.get(id))?.text, 'b')
    },
  },
  'an integer beyond 2^53 − 1 is refused': {
    defect: 'an integer that is too large is stored as the largest one',
    async run({ storage }) {
      const repos = storage.collection('repos')
      await rejection(repos.insert(newRepo('a', { size_bytes: 2 ** 53 })), 'STORAGE_FAILED')
    },
  },
  'null is refused in a column that is not nullable': {
    defect: 'null in a column that must hold text is stored as empty text',
    async run({ storage }) {
      const row = { ...newLine('a'), text: null as unknown as string }
      await rejection(storage.collection('run_log').insert(row), 'STORAGE_FAILED')
    },
  },
  'changing a row that insert answered changes nothing stored': {
    defect: 'insert answers the very object that it keeps',
    async run({ storage }) {
      const tasks = storage.collection('tasks')
      const row = await tasks.insert(newTask())
      row.refs.push('changed')
      assert.deepEqual((await tasks.find())[0]?.refs, newTask().refs)
    },
  },
  'changing a row that get answered changes nothing stored': {
    defect: 'get answers the very object that it keeps',
    async run({ storage }) {
      const tasks = storage.collection('tasks')
      const { id } = await tasks.insert(newTask())
      const row = await tasks.get(id)
      row?.refs.push('changed')
      assert.deepEqual((await tasks.find())[0]?.refs, newTask().refs)
    },
  },
  'changing a row that find answered changes nothing stored': {
    defect: 'find answers the very objects that it keeps',
    async run({ storage }) {
      const tasks = storage.collection('tasks')
      await tasks.insert(newTask())
      await tasks.updateWhere({}, { priority: 1 })
      const [row] = await tasks.find()
      row?.refs.push('changed')
      assert.deepEqual((await tasks.find())[0]?.refs, newTask().refs)
    },
  },
  'changing a row that update answered changes nothing stored': {
    defect: 'update answers the very object that it keeps',
    async run({ storage }) {
      const tasks = storage.collection('tasks')
      const { id } = await tasks.insert(newTask())
      const row = await tasks.update(id, { priority: 1 })
      row?.refs.push('changed')
      assert.deepEqual((await tasks.find())[0]?.refs, newTask().refs)
    },
  },
  'changing what was given to insert changes nothing stored': {
    defect: 'insert keeps the very object that it was given',
    async run({ storage }) {
      const tasks = storage.collection('tasks')
      const given = newTask()
      await tasks.insert(given)
      given.refs.push('changed')
      assert.deepEqual((await tasks.find())[0]?.refs, newTask().refs)
    },
  },
  'changing what was given to update changes nothing stored': {
    defect: 'update keeps the very object that it was given',
    async run({ storage }) {
      const tasks = storage.collection('tasks')
      const { id } = await tasks.insert(newTask())
      const refs = ['refs/tags/*']
      await tasks.update(id, { refs })
      refs.push('changed')
      assert.deepEqual((await tasks.find())[0]?.refs, ['refs/tags/*'])
    },
  },
  'the id is a positive integer in every answer': {
    defect: 'update answers the id as text',
    async run({ storage }) {
      const runs = storage.collection('runs')
      const { id } = await runs.insert(newRun())
      for (const row of [await runs.get(id), ...(await runs.find()), await runs.update(id, { attempt: 2 })]) {
        assert.equal(row?.id, id)
      }
      assert.ok(Number.isSafeInteger(id) && id > 0)
    },
  },
})
