import { randomBytes } from 'node:crypto'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { expect, it } from 'vitest'
import type { CredentialRow } from '../../src/contract/index.ts'
import type { Collection, StorageSession } from '../../src/ports/index.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { resealAll } from '../../src/services/reseal.ts'
import { SealedValues } from '../../src/services/sealed-values.ts'

const place = (id: number) => ({ table: 'credentials', column: 'sealed_secret', id })
const old = randomBytes(32)
const before = new SealedValues({ box: aesGcmSecrets({ key: old }) })
const after = new SealedValues({ box: aesGcmSecrets({ key: randomBytes(32), oldKeys: [old] }) })

/** A storage in which somebody is quicker: `race` happens between the reading of a credential and its first change. */
function racedStorage(storage: ManagedStorage, race: (rows: Collection<CredentialRow>) => Promise<unknown>) {
  let isOver = false
  const collection = (session: StorageSession) => (name: 'credentials') => {
    const rows = session.collection(name)
    const updateWhere: typeof rows.updateWhere = async (...given) => {
      if (name === 'credentials' && !isOver) {
        isOver = true
        await race(rows)
      }
      return rows.updateWhere(...given)
    }
    return { find: rows.find.bind(rows), updateWhere }
  }
  return {
    transaction: (work: (session: unknown) => Promise<unknown>) =>
      storage.transaction((session) => work({ collection: collection(session) })),
  } as unknown as ManagedStorage
}

it('a secret that is changed at the moment of its turn stays what it was changed to, and is sealed again as that', async () => {
  const storage = new ManagedStorage(memoryStorage())
  await storage.open()
  const credentials = storage.collection('credentials')
  const { id } = await credentials.insert({
    name: 'forge',
    type: 'token',
    username: 'git',
    origin: 'https://git.example.com',
    source: 'user',
    sealed_secret: before.seal('first', place(1)),
    last_used_at: null,
    created_at: '2026-01-01T00:00:00.000Z',
  } as never)
  const raced = racedStorage(storage, (rows) =>
    rows.update(id, { sealed_secret: before.seal('second', place(id)) }),
  )
  expect(await resealAll({ storage: raced, sealed: after })).toBe(2)
  const row = (await credentials.get(id))!
  expect(after.unseal(row.sealed_secret, place(id))).toBe('second')
  expect(after.isStale(row.sealed_secret)).toBe(false)
  expect(await resealAll({ storage, sealed: after })).toBe(0)
  await storage.close()
})
