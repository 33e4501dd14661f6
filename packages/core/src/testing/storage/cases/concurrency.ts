import assert from 'node:assert/strict'
import { newLine, newRepo, newRun } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

const callers = Array.from({ length: 8 }, (_, caller) => caller)

/** Several callers at the same moment. */
export const concurrencyCases = storageCases({
  'of several inserts of one key, one succeeds': {
    defect: 'insert looks whether a key is free, and stores later',
    async run({ storage }) {
      const repos = storage.collection('repos')
      const results = await Promise.allSettled(callers.map(() => repos.insert(newRepo('a'))))
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    },
  },
  'of several updates from one version, one succeeds': {
    defect: 'update looks at the version, and changes the row later',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      const results = await Promise.allSettled(
        callers.map((caller) => lines.update(id, { text: `${caller}` }, { version: 1 })),
      )
      const changed = results.filter((result) => result.status === 'fulfilled' && result.value !== undefined)
      assert.equal(changed.length, 1)
    },
  },
  'of several updateWhere that claim one row, one gets it': {
    defect: 'updateWhere counts the rows that match, and changes them later',
    async run({ storage }) {
      const runs = storage.collection('runs')
      await runs.insert(newRun({ status: 'pending' }))
      const claims = await Promise.all(
        callers.map(() => runs.updateWhere({ status: 'pending' }, { status: 'running' })),
      )
      assert.equal(
        claims.reduce((sum, claimed) => sum + claimed, 0),
        1,
      )
    },
  },
  'of several deletes of one row, one succeeds': {
    defect: 'delete looks whether the row is there, and deletes it later',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      const results = await Promise.all(callers.map(() => lines.delete(id)))
      assert.equal(results.filter(Boolean).length, 1)
    },
  },
  'inserts at the same moment get ids of their own': {
    defect: 'inserts at the same moment are told the same id',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const rows = await Promise.all(callers.map((caller) => lines.insert(newLine(`${caller}`))))
      assert.equal(new Set(rows.map((row) => row.id)).size, callers.length)
    },
  },
})
