import assert from 'node:assert/strict'
import { type TableName, tables } from '../../../ports/index.ts'
import { turns } from '../expect.ts'
import { newLine, newTask } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

/** What the adapter says of itself, opening and closing. */
export const lifecycleCases = storageCases({
  'the adapter has a name and says what it can': {
    defect: 'a capability is neither true nor false',
    async run({ storage }) {
      assert.ok(storage.name.length > 0)
      for (const capability of ['durable', 'shared'] as const) {
        assert.equal(typeof storage.capabilities[capability], 'boolean', capability)
      }
    },
  },
  'a new storage has every table, empty': {
    defect: 'a new storage is not empty',
    async run({ storage }) {
      for (const table of Object.keys(tables) as TableName[]) {
        assert.equal(await storage.collection(table).count(), 0, table)
      }
    },
  },
  'close waits for what is under way': {
    defect: 'close does not wait for a transaction that is under way',
    async run({ storage, close }) {
      const ended: string[] = []
      const begun = Promise.withResolvers<void>()
      const transaction = storage
        .transaction(async (session) => {
          begun.resolve()
          await turns()
          await session.collection('run_log').insert(newLine('a'))
        })
        .then(() => ended.push('transaction'))
      await begun.promise
      const closing = close().then(() => ended.push('close'))
      await Promise.all([transaction, closing])
      assert.deepEqual(ended, ['transaction', 'close'])
    },
  },
  'what was stored is there after a restart': {
    defect: 'opening begins anew',
    needs: 'durable',
    async run({ storage, restart }) {
      const { id } = await storage.collection('tasks').insert(newTask({ name: 'kept' }))
      await storage.transaction(async (session) => {
        await session.collection('tasks').update(id, { priority: 5 })
      })
      const row = await (await restart()).collection('tasks').get(id)
      assert.deepEqual([row?.name, row?.priority, row?.version], ['kept', 5, 2])
    },
  },
  'what one adapter commits another one over the same data reads': {
    defect: 'an adapter answers what was there when it opened',
    needs: 'shared',
    async run({ storage, beside }) {
      const other = await beside()
      const { id } = await storage.collection('run_log').insert(newLine('a'))
      assert.equal((await other.collection('run_log').get(id))?.text, 'a')
    },
  },
})
