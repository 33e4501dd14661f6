import assert from 'node:assert/strict'
import { rejection, settled } from '../expect.ts'
import { newLine, newRepo } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

/** The version of a row, and the updates that depend on it. */
export const versionCases = storageCases({
  'update raises the version by one': {
    defect: 'update answers the version from before',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      assert.equal((await lines.update(id, { text: 'b' }))?.version, 2)
      assert.equal((await lines.update(id, { text: 'c' }))?.version, 3)
    },
  },
  'an update that changes nothing raises the version too': {
    defect: 'an update that gives the same values is left out',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      await lines.update(id, { text: 'a' })
      await lines.update(id, {})
      assert.equal((await lines.get(id))?.version, 3)
    },
  },
  'updateWhere raises the version of each row by one': {
    defect: 'updateWhere leaves the versions as they are',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      await lines.updateWhere({ text: 'a' }, { text: 'b' })
      assert.equal((await lines.get(id))?.version, 2)
    },
  },
  'update with the version that the row has changes it': {
    defect: 'update with a version works on a row that was never changed, and on no other',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      await lines.update(id, { text: 'b' })
      await lines.update(id, { text: 'c' }, { version: 2 })
      assert.equal((await lines.get(id))?.text, 'c')
    },
  },
  'update with another version is a VERSION_CONFLICT': {
    defect: 'update answers undefined when the version is another one',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      const { id } = await lines.insert(newLine('a'))
      await rejection(lines.update(id, { text: 'b' }, { version: 2 }), 'VERSION_CONFLICT')
    },
  },
  'update with another version changes nothing': {
    defect: 'update looks at the version after it has changed the row',
    async run({ storage }) {
      const repos = storage.collection('repos')
      const { id } = await repos.insert(newRepo('a', { size_bytes: 1 }))
      await settled(repos.update(id, { size_bytes: 2 }, { version: 2 }))
      const row = await repos.get(id)
      assert.deepEqual([row?.size_bytes, row?.version], [1, 1])
    },
  },
  'update with a version answers undefined where there is no such row': {
    defect: 'a row that is not there is a VERSION_CONFLICT',
    async run({ storage }) {
      const lines = storage.collection('run_log')
      assert.equal(await lines.update(1, { text: 'a' }, { version: 1 }), undefined)
    },
  },
})
