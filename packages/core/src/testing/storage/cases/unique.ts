import assert from 'node:assert/strict'
import { rejection, settled } from '../expect.ts'
import { newEntry, newRemote, newRepo } from '../rows.ts'
import { storageCases } from '../storage-case.ts'

/** Declared unique keys. */
export const uniqueCases = storageCases({
  'insert of a taken key is a CONFLICT, for every column that is a key': {
    defect: 'one of several unique keys of a table is not enforced',
    async run({ storage }) {
      const repos = storage.collection('repos')
      const { uuid, path } = await repos.insert(newRepo('a'))
      await rejection(repos.insert(newRepo('b', { uuid })), 'CONFLICT')
      await rejection(repos.insert(newRepo('b', { path })), 'CONFLICT')
    },
  },
  'insert of a taken key of several columns is a CONFLICT': {
    defect: 'unique keys of several columns are not enforced',
    async run({ storage }) {
      const remotes = storage.collection('remotes')
      await remotes.insert(newRemote(1, 'origin'))
      await rejection(remotes.insert(newRemote(1, 'origin')), 'CONFLICT')
    },
  },
  'rows may share a part of a key of several columns': {
    defect: 'each column of a key is unique by itself',
    async run({ storage }) {
      const remotes = storage.collection('remotes')
      await remotes.insert(newRemote(1, 'origin'))
      await remotes.insert(newRemote(1, 'backup'))
      await remotes.insert(newRemote(2, 'origin'))
    },
  },
  'null never collides': {
    defect: 'two rows that have null in a key collide',
    async run({ storage }) {
      const entries = storage.collection('audit_log')
      await entries.insert(newEntry({ seq: null }))
      await entries.insert(newEntry({ seq: null }))
    },
  },
  'keys tell capital letters from small ones': {
    defect: 'keys that differ in capital letters only collide',
    async run({ storage }) {
      const repos = storage.collection('repos')
      await repos.insert(newRepo('a'))
      await repos.insert(newRepo('A'))
    },
  },
  'a CONFLICT names the table and the columns': {
    defect: 'a CONFLICT does not say what collided',
    async run({ storage }) {
      const repos = storage.collection('repos')
      await repos.insert(newRepo('a'))
      const error = await rejection(repos.insert(newRepo('b', { uuid: 'uuid of a' })), 'CONFLICT')
      assert.deepEqual(error.details, { table: 'repos', columns: ['uuid'] })
    },
  },
  'insert stores nothing when a key is taken': {
    defect: 'insert stores the row before it looks at the keys',
    async run({ storage }) {
      const repos = storage.collection('repos')
      await repos.insert(newRepo('a'))
      await settled(repos.insert(newRepo('b', { uuid: 'uuid of a' })))
      assert.equal(await repos.count(), 1)
    },
  },
  'update to a taken key is a CONFLICT': {
    defect: 'update to a taken key fails as STORAGE_FAILED',
    async run({ storage }) {
      const repos = storage.collection('repos')
      await repos.insert(newRepo('a'))
      const { id } = await repos.insert(newRepo('b'))
      await rejection(repos.update(id, { name: 'a' }), 'CONFLICT')
    },
  },
  'update changes nothing when a key is taken': {
    defect: 'update changes field by field, and stops where a key is taken',
    async run({ storage }) {
      const repos = storage.collection('repos')
      await repos.insert(newRepo('a'))
      const { id } = await repos.insert(newRepo('b', { size_bytes: 1 }))
      await settled(repos.update(id, { size_bytes: 2, name: 'a' }))
      const found = await repos.find({ where: { name: 'b' } })
      assert.deepEqual(
        found.map((row) => [row.size_bytes, row.version]),
        [[1, 1]],
      )
    },
  },
  'a row does not collide with itself': {
    defect: 'an update that gives a key the value it has is a CONFLICT',
    async run({ storage }) {
      const repos = storage.collection('repos')
      const { id, name } = await repos.insert(newRepo('a'))
      await repos.update(id, { name, size_bytes: 2 })
    },
  },
  'a key that a row no longer has is free': {
    defect: 'a row holds the keys that it had before an update',
    async run({ storage }) {
      const repos = storage.collection('repos')
      const { id } = await repos.insert(newRepo('a'))
      await repos.update(id, { uuid: 'another', name: 'another', path: '/another' })
      await repos.insert(newRepo('a'))
    },
  },
  'updateWhere to a taken key is a CONFLICT': {
    defect: 'updateWhere leaves out the rows that would collide',
    async run({ storage }) {
      const repos = storage.collection('repos')
      await repos.insert(newRepo('a'))
      await repos.insert(newRepo('b'))
      await rejection(repos.updateWhere({ name: 'b' }, { name: 'a' }), 'CONFLICT')
    },
  },
  'updateWhere changes no row when a key is taken': {
    defect: 'updateWhere changes row by row, and stops where a key is taken',
    async run({ storage }) {
      const remotes = storage.collection('remotes')
      for (const [repo, name] of [
        [1, 'a'],
        [2, 'b'],
        [3, 'b'],
      ] as const) {
        await remotes.insert(newRemote(repo, name))
      }
      await settled(remotes.updateWhere({}, { repo_id: 4 }))
      assert.equal((await remotes.find({ where: { repo_id: 4 } })).length, 0)
    },
  },
})
