import assert from 'node:assert/strict'
import type { Collection, StorageAdapter, StorageSession, Tables } from '../../../ports/index.ts'
import { rejection, settled, sorted, turns } from '../expect.ts'
import { newLine, newRemote, newRepo, newRun } from '../rows.ts'
import { type StorageCase, storageCases } from '../storage-case.ts'

/** A case that changes the lines `a` and `b` in a transaction which fails: both must be as they were. */
const rollsBack = (
  defect: string,
  change: (lines: Collection<Tables['run_log']>, a: number) => Promise<unknown>,
): StorageCase => ({
  defect,
  async run({ storage }) {
    const lines = storage.collection('run_log')
    const { id } = await lines.insert(newLine('a'))
    await lines.insert(newLine('b'))
    const before = await lines.find()
    await settled(
      storage.transaction(async (session) => {
        await change(session.collection('run_log'), id)
        throw new Error('given up')
      }),
    )
    assert.deepEqual(await lines.find(), before)
  },
})

const commits = (storage: StorageAdapter, name: string) =>
  storage.transaction(async (session) => {
    await session.collection('repos').insert(newRepo(name))
  })

export const transactionCases = storageCases({
  'a transaction answers what its work answers': {
    defect: 'a transaction answers nothing',
    async run({ storage }) {
      assert.equal(await storage.transaction(async () => 'answer'), 'answer')
    },
  },
  'every change of a transaction is stored': {
    defect: 'a transaction stores the rows of the table that it wrote to first, and no others',
    async run({ storage }) {
      await storage.transaction(async (session) => {
        await session.collection('repos').insert(newRepo('a'))
        await session.collection('remotes').insert(newRemote(1, 'origin'))
      })
      assert.equal((await storage.collection('repos').find()).length, 1)
      assert.equal((await storage.collection('remotes').find()).length, 1)
    },
  },
  'the error of a failed transaction comes out as it was thrown': {
    defect: 'what the work throws is wrapped in STORAGE_FAILED',
    async run({ storage }) {
      const thrown = new Error('ours')
      const work = storage.transaction(async () => {
        throw thrown
      })
      assert.equal(await work.catch((error: unknown) => error), thrown)
    },
  },
  'a failed transaction takes insert back': rollsBack('rows inserted in a failed transaction stay', (lines) =>
    lines.insert(newLine('c')),
  ),
  'a failed transaction takes update back': rollsBack('updates of a failed transaction stay', (lines, a) =>
    lines.update(a, { text: 'c' }),
  ),
  'a failed transaction takes updateWhere back': rollsBack(
    'changes by updateWhere of a failed transaction stay',
    (lines) => lines.updateWhere({ text: 'a' }, { text: 'c' }),
  ),
  'a failed transaction takes delete back': rollsBack(
    'rows deleted in a failed transaction are gone',
    (lines, a) => lines.delete(a),
  ),
  'a failed transaction takes deleteWhere back': rollsBack(
    'rows deleted by deleteWhere in a failed transaction are gone',
    (lines) => lines.deleteWhere({ text: 'b' }),
  ),
  'a failed transaction gives unique keys free': {
    defect: 'the keys that a failed transaction took stay taken',
    async run({ storage }) {
      await settled(
        storage.transaction(async (session) => {
          await session.collection('repos').insert(newRepo('a'))
          throw new Error('given up')
        }),
      )
      await storage.collection('repos').insert(newRepo('a'))
    },
  },
  'a failed transaction does not stand in the way of the next': {
    defect: 'after a failed transaction every further one is refused',
    async run({ storage }) {
      await settled(
        storage.transaction(async () => {
          throw new Error('given up')
        }),
      )
      await commits(storage, 'a')
    },
  },
  'a transaction reads what it has written': {
    defect: 'inside a transaction, find answers what was there before it',
    async run({ storage }) {
      let seen = 0
      await storage.transaction(async (session) => {
        await session.collection('run_log').insert(newLine('a'))
        seen = (await session.collection('run_log').find()).length
      })
      assert.equal(seen, 1)
    },
  },
  'operations inside a transaction may overlap': {
    defect: 'a transaction refuses an operation while another one is under way',
    async run({ storage }) {
      await storage.transaction(async (session) => {
        const lines = session.collection('run_log')
        await Promise.all(['a', 'b', 'c'].map((text) => lines.insert(newLine(text))))
      })
      const found = await storage.collection('run_log').find()
      assert.deepEqual(sorted(found.map((row) => row.text)), ['a', 'b', 'c'])
    },
  },
  'a change that the work did not wait for belongs to the transaction': {
    defect: 'a change that is under way when the work ends is made after the transaction',
    async run({ storage }) {
      await storage.transaction(async (session) => {
        void session.collection('run_log').insert(newLine('a'))
      })
      assert.equal((await storage.collection('run_log').find()).length, 1)
    },
  },
  'a CONFLICT that the work catches leaves the rest of the transaction whole': {
    defect: 'after a CONFLICT everything else in the transaction is refused, as in PostgreSQL',
    async run({ storage }) {
      await storage.transaction(async (session) => {
        const repos = session.collection('repos')
        await repos.insert(newRepo('a'))
        await rejection(repos.insert(newRepo('a')), 'CONFLICT')
        await repos.insert(newRepo('b'))
      })
      const found = await storage.collection('repos').find()
      const names = new Set(found.map((row) => row.name))
      assert.ok(names.has('a') && names.has('b'))
    },
  },
  'a session is refused once its transaction has ended': {
    defect: 'the session of an ended transaction goes on to work, outside of any',
    async run({ storage }) {
      let left: StorageSession | undefined
      await storage.transaction(async (session) => {
        left = session
      })
      await rejection(left!.collection('run_log').insert(newLine('a')), 'STORAGE_FAILED')
    },
  },
  'a read outside sees only what was committed': {
    defect: 'a read outside sees what a transaction has not committed yet',
    async run({ storage }) {
      let read: Promise<readonly unknown[]> = Promise.resolve([])
      await settled(
        storage.transaction(async (session) => {
          await session.collection('run_log').insert(newLine('a'))
          read = storage.collection('run_log').find()
          await turns()
          throw new Error('given up')
        }),
      )
      assert.deepEqual(await read, [])
    },
  },
  'a write outside waits until the transaction has ended': {
    defect: 'a write outside is made in the middle of a transaction',
    async run({ storage }) {
      let write: Promise<unknown> = Promise.resolve()
      let seen: unknown[] = []
      await storage.transaction(async (session) => {
        write = storage.collection('runs').insert(newRun())
        await turns()
        seen = await session.collection('runs').find()
      })
      await write
      assert.deepEqual(seen, [])
      assert.equal((await storage.collection('runs').find()).length, 1)
    },
  },
  'transactions run as if each were alone': {
    defect: 'a transaction reads what was there when it was asked for, not when its turn came',
    async run({ storage }) {
      const { id } = await storage.collection('repos').insert(newRepo('a', { size_bytes: 0 }))
      const increment = () =>
        storage.transaction(async (session) => {
          const row = await session.collection('repos').get(id)
          await turns()
          await session.collection('repos').update(id, { size_bytes: row!.size_bytes + 1 })
        })
      await Promise.all([increment(), increment(), increment()])
      assert.equal((await storage.collection('repos').get(id))?.size_bytes, 3)
    },
  },
})
