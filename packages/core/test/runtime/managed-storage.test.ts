import { describe, expect, it } from 'vitest'
import type { StorageAdapter, StorageSession } from '../../src/ports/index.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'

const closed = expect.objectContaining({ code: 'CLOSED', status: 503 })

/** A naive adapter that writes down what is asked of it; `opening` decides how each attempt ends. */
function makeAdapter(opening: () => Promise<void> = async () => {}) {
  const calls: string[] = []
  const collection = {} as ReturnType<StorageAdapter['collection']>
  const session = { collection: () => collection } as unknown as StorageSession
  const adapter = {
    name: 'scripted',
    capabilities: { durable: false, shared: false },
    open() {
      calls.push('open')
      return opening()
    },
    async close() {
      calls.push('close')
    },
    collection: () => collection,
    transaction: <Result>(work: (session: StorageSession) => Promise<Result>) => work(session),
  } as unknown as StorageAdapter
  return { storage: new ManagedStorage(adapter), calls, collection, session }
}

describe('a managed storage', () => {
  it('has the name of its adapter', () => {
    expect(makeAdapter().storage.name).toBe('scripted')
  })

  it('opens its adapter once, however often it is asked', async () => {
    const { storage, calls } = makeAdapter()
    await Promise.all([storage.open(), storage.open()])
    await storage.open()
    expect(calls).toEqual(['open'])
  })

  it('passes everything on while it is open', async () => {
    const { storage, collection, session } = makeAdapter()
    await storage.open()
    expect(storage.collection('repos')).toBe(collection)
    expect(await storage.transaction(async ({ whole }) => whole === session)).toBe(true)
    expect(await storage.transaction(async (given) => given.collection('repos'))).toBe(collection)
  })

  it('is refused before it is open, also while it opens', async () => {
    const gate = Promise.withResolvers<void>()
    const { storage } = makeAdapter(() => gate.promise)
    const refuses = async () => {
      expect(() => storage.collection('repos')).toThrow(closed)
      await expect(storage.transaction(async () => expect.unreachable())).rejects.toEqual(closed)
      await expect(storage.transaction(async () => {})).rejects.toThrow('call start() first')
    }
    await refuses()
    const opening = storage.open()
    await refuses()
    gate.resolve()
    await opening
    expect(() => storage.collection('repos')).not.toThrow()
  })

  it('can be opened again after it failed; those who waited for the failure get it', async () => {
    const outcomes = [Promise.reject(new Error('no disk')), Promise.resolve()]
    const { storage, calls } = makeAdapter(() => outcomes.shift()!)
    const attempts = await Promise.allSettled([storage.open(), storage.open()])
    expect(attempts.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(() => storage.collection('repos')).toThrow(closed)
    await storage.open()
    expect(calls).toEqual(['open', 'open'])
    expect(() => storage.collection('repos')).not.toThrow()
  })

  it('closes its adapter once, however often it is asked, and refuses from then on', async () => {
    const { storage, calls } = makeAdapter()
    await storage.open()
    await Promise.all([storage.close(), storage.close()])
    await storage.close()
    expect(calls).toEqual(['open', 'close'])
    expect(() => storage.collection('repos')).toThrow(closed)
    await expect(storage.transaction(async () => {})).rejects.toThrow('has been stopped')
    await expect(storage.open()).rejects.toEqual(closed)
    expect(calls).toEqual(['open', 'close'])
  })

  it('waits for an opening under way before it closes, and is not open in between', async () => {
    const gate = Promise.withResolvers<void>()
    const { storage, calls } = makeAdapter(() => gate.promise)
    const opening = storage.open()
    const closing = storage.close()
    expect(calls).toEqual(['open'])
    gate.resolve()
    await opening
    expect(() => storage.collection('repos')).toThrow(closed)
    await closing
    expect(calls).toEqual(['open', 'close'])
  })

  it.each([
    ['was never opened', false, []],
    ['failed to open', true, ['open']],
  ] as const)('does not close an adapter that %s', async (_, opens, expected) => {
    const { storage, calls } = makeAdapter(() => Promise.reject(new Error('no disk')))
    if (opens) await expect(storage.open()).rejects.toThrow('no disk')
    await storage.close()
    expect(calls).toEqual(expected)
    await expect(storage.open()).rejects.toEqual(closed)
  })
})
