import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { beforeEach, describe, expect, it } from 'vitest'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { StorageLease } from '../../src/runtime/storage-lease.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'

let storage: ManagedStorage
let clock: TestClock
let logged: string[]
beforeEach(async () => {
  storage = new ManagedStorage(memoryStorage())
  await storage.open()
  clock = createTestClock('2026-01-01T00:00:00.000Z')
  logged = []
})

const log = (message: string) => void logged.push(message)
const logger = { debug() {}, info() {}, warn: log, error: log }
const lease = (kind: 'server' | 'rotation', its = clock) =>
  new StorageLease({ storage, clock: its, logger, kind })
const rows = () => storage.collection('settings').find()
const names = async () => (await rows()).map(({ name }) => name.replace(/:.*/, ''))

/** A process that is killed: its clock stands still from now on. */
async function killed(kind: 'server' | 'rotation'): Promise<void> {
  await lease(kind, createTestClock(clock.now())).take()
}

describe('the lease of a server', () => {
  it('keeps a rotation away until it is given back, which leaves no timer and no row', async () => {
    const [first, second] = [lease('server'), lease('server')]
    await first.take()
    await second.take()
    await first.release()
    await expect(lease('rotation').take()).rejects.toMatchObject({ code: 'CLOSED' })
    await second.release()
    await second.release()
    expect([clock.pending, await rows()]).toEqual([0, []])
    await lease('rotation').take()
  })

  it('is written anew every 30 seconds, and so holds for as long as its holder lives', async () => {
    const held = lease('server')
    await held.take()
    const [{ version } = { version: 0 }] = await rows()
    await clock.advance(300_000)
    expect(await rows()).toMatchObject([{ version: version + 10 }])
    await expect(lease('rotation').take()).rejects.toMatchObject({
      details: { since: '2026-01-01T00:00:00.000Z', until: '2026-01-01T00:06:30.000Z' },
    })
    await held.release()
  })

  it('of one that was killed is over after 90 seconds, of which a rotation tells', async () => {
    await killed('server')
    await clock.advance(89_999)
    await expect(lease('rotation').take()).rejects.toMatchObject({
      code: 'CLOSED',
      message: expect.stringMatching(
        /since 2026-01-01T00:00:00.000Z; stop it first.*wait until 2026-01-01T00:01:30.000Z/,
      ),
    })
    await clock.advance(1)
    await lease('rotation').take()
    expect(await names()).toEqual(['rotation'])
  })

  it('of one that was killed is removed by the next that is taken, once it is over', async () => {
    await killed('server')
    const held = lease('server')
    await held.take()
    expect(await names()).toEqual(['server', 'server'])
    await held.release()
    await clock.advance(90_000)
    await lease('server').take()
    expect(await names()).toEqual(['server'])
  })

  it('from a clock that was set back an hour keeps nobody away', async () => {
    await killed('server')
    clock = createTestClock(clock.now() - 3_600_000)
    await lease('rotation').take()
  })

  it('that was taken for gone is taken again, and the log says what may have happened', async () => {
    const held = lease('server')
    await held.take()
    await storage.collection('settings').deleteWhere({})
    await clock.advance(30_000)
    expect(await names()).toEqual(['server'])
    expect(logged).toEqual([expect.stringMatching(/stood still.*start it again/)])
    await held.release()
  })

  it('is tried again when it could not be refreshed', async () => {
    let broken = false
    const failing = {
      collection: (name: never) => {
        if (broken) throw new Error('The disk is away.')
        return storage.collection(name)
      },
      transaction: storage.transaction.bind(storage),
    } as unknown as ManagedStorage
    const held = new StorageLease({ storage: failing, clock, logger, kind: 'server' })
    await held.take()
    broken = true
    await clock.advance(30_000)
    expect(logged).toEqual([expect.stringContaining('tried again')])
    broken = false
    await clock.advance(60_000)
    await expect(lease('rotation').take()).rejects.toMatchObject({ code: 'CLOSED' })
    broken = true
    await held.release()
    expect(logged.at(-1)).toContain('could not be given back')
    expect(clock.pending).toBe(0)
  })
})

describe('the lease of a rotation', () => {
  it('keeps servers away until it is given back', async () => {
    const held = lease('rotation')
    await held.take()
    await expect(lease('server').take()).rejects.toMatchObject({
      code: 'CLOSED',
      message: expect.stringMatching(/being rotated since 2026-01-01T00:00:00.000Z/),
    })
    await held.release()
    await lease('server').take()
  })

  it('that was cut off gives way to the rotation that finishes it at once, and to servers later', async () => {
    await killed('rotation')
    const again = lease('rotation')
    await again.take()
    await again.release()
    expect(await rows()).toEqual([])
    await killed('rotation')
    await clock.advance(90_000)
    await lease('server').take()
    expect(await names()).toEqual(['server'])
  })
})
