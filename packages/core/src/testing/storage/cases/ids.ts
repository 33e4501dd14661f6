import assert from 'node:assert/strict'
import { settled } from '../expect.ts'
import { newLine } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

/** An id that was given is never given again. */
export const idCases = storageCases({
  'the id of a deleted row is not given again': {
    defect: 'the next id is the highest one that is there, plus one',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      await lines.insert(newLine('a'))
      const gone = await lines.insert(newLine('b'))
      await lines.delete(gone.id)
      const next = await lines.insert(newLine('c'))
      assert.ok(next.id > gone.id, `${next.id} was given after ${gone.id}`)
    },
  },
  'ids do not begin anew when every row was deleted': {
    defect: 'emptying a table sets its ids back',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const gone = await lines.insert(newLine('a'))
      await lines.deleteWhere({})
      const next = await lines.insert(newLine('b'))
      assert.ok(next.id > gone.id, `${next.id} was given after ${gone.id}`)
    },
  },
  'an id that was given in a failed transaction is not given again': {
    defect: 'a failed transaction gives its ids back',
    async run({ storage }) {
      let gone = 0
      await settled(
        storage.transaction(async (session) => {
          gone = (await session.collection('run_log').insert(newLine('a'))).id
          throw new Error('given up')
        }),
      )
      const next = await storage.collection('run_log').insert(newLine('b'))
      assert.ok(next.id > gone, `${next.id} was given after ${gone}`)
    },
  },
  'the id of a deleted row is not given again after a restart': {
    defect: 'ids begin after the highest one that is there when the storage opens',
    needs: 'durable',
    async run({ storage, restart }) {
      const lines = storage.collection('run_log')
      await lines.insert(newLine('a'))
      const gone = await lines.insert(newLine('b'))
      await lines.delete(gone.id)
      const next = await (await restart()).collection('run_log').insert(newLine('c'))
      assert.ok(next.id > gone.id, `${next.id} was given after ${gone.id}`)
    },
  },
})
