import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NotificationParts, notificationParts } from './notification-parts.ts'

let parts: NotificationParts

beforeEach(async () => {
  parts = await notificationParts()
})

afterEach(async () => {
  await parts.dispatcher.stop({ timeoutMs: 0 })
  expect(parts.clock.pending).toBe(0)
})

describe('stopping', () => {
  it('waits for the send under way', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.tellOf('sync_failure', 'sync_failure')
    parts.board.reactions.push('hang')
    await parts.begin()
    const stopping = parts.dispatcher.stop({ timeoutMs: 600_000 })
    await parts.clock.advance(15_000)
    await stopping
    expect(parts.board.sent).toHaveLength(1)
    expect((await parts.allDeliveries()).map(({ status }) => status)).toEqual(['pending', 'pending'])
  })

  it('gives it up when the time is over, and it is sent at the next start', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.tellOf('sync_failure')
    parts.board.reactions.push('ignore the signal')
    await parts.begin()
    await parts.dispatcher.stop({ timeoutMs: 0 })
    expect(await parts.allDeliveries()).toMatchObject([
      { status: 'pending', attempts: 0, next_attempt_at: '2026-01-01T00:00:00.000Z' },
    ])
    const next = parts.makeDispatcher()
    next.start()
    await parts.clock.advance(0)
    await next.stop({ timeoutMs: 0 })
    expect(await parts.allDeliveries()).toMatchObject([{ status: 'sent', attempts: 1 }])
    expect(parts.board.sent.map(({ message }) => message.id)).toEqual([
      'gitferry-delivery-1',
      'gitferry-delivery-1',
    ])
  })
})

describe('a stop in the middle of a send', () => {
  it('uses up none of the tries of a delivery, however often it comes', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.tellOf('sync_failure')
    for (let count = 0; count < 6; count += 1) {
      parts.board.reactions.push('hang')
      const dispatcher = parts.makeDispatcher()
      dispatcher.start()
      await parts.clock.advance(0)
      await dispatcher.stop({ timeoutMs: 0 })
    }
    expect(parts.board.sent).toHaveLength(6)
    expect(await parts.allDeliveries()).toMatchObject([
      { status: 'pending', attempts: 0, response: 'given up before an answer came' },
    ])
    // a provider that fails still has all of its tries
    const failing = { ok: false, kind: 'transient', message: 'HTTP 502' } as const
    parts.board.reactions.push(failing, failing, failing, failing)
    await parts.begin()
    await parts.clock.advance(3_600_000)
    expect(await parts.allDeliveries()).toMatchObject([{ status: 'sent', attempts: 5 }])
  })
})

describe('a crash', () => {
  it('before a send loses nothing', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.tellOf('sync_failure')
    await parts.begin()
    expect((await parts.allDeliveries())[0]?.status).toBe('sent')
  })

  it('in the middle of a send has it sent again, once its claim has run out', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.tellOf('sync_failure')
    await parts.storage
      .collection('deliveries')
      .updateWhere({ id: 1, attempts: 0 }, { attempts: 1, next_attempt_at: '2026-01-01T00:00:20.000Z' })
    await parts.begin()
    await parts.clock.advance(19_999)
    expect(parts.board.sent).toHaveLength(0)
    await parts.clock.advance(1)
    expect((await parts.allDeliveries())[0]).toMatchObject({ status: 'sent', attempts: 2 })
  })
})

describe('several nodes', () => {
  it('send each delivery once', async () => {
    await parts.addChannel('one', ['sync_failure'])
    for (let count = 0; count < 20; count += 1) await parts.tellOf('sync_failure')
    const others = [parts.makeDispatcher(), parts.makeDispatcher()]
    for (const dispatcher of [parts.dispatcher, ...others]) dispatcher.start()
    await parts.clock.advance(60_000)
    for (const dispatcher of others) await dispatcher.stop({ timeoutMs: 0 })
    expect(parts.board.sent).toHaveLength(20)
    expect(new Set(parts.board.sent.map(({ message }) => message.id)).size).toBe(20)
  })
})

describe('a storage that fails', () => {
  it('holds deliveries up, and loses none', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.tellOf('sync_failure')
    const find = parts.storage.collection.bind(parts.storage)
    let failures = 2
    parts.storage.collection = ((name: never) => {
      if (name === 'deliveries' && failures-- > 0) throw new Error('the disk is full')
      return find(name)
    }) as typeof parts.storage.collection
    await parts.begin()
    expect(parts.logged.length).toBeGreaterThan(0)
    await parts.clock.advance(60_000)
    parts.storage.collection = find
    expect((await parts.allDeliveries())[0]?.status).toBe('sent')
  })
})
