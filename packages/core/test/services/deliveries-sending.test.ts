import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exampleOccurrence } from '../../src/notifications/index.ts'
import { type NotificationParts, notificationParts } from './notification-parts.ts'

let parts: NotificationParts

beforeEach(async () => {
  parts = await notificationParts()
})

afterEach(async () => {
  await parts.dispatcher.stop({ timeoutMs: 0 })
  expect(parts.clock.pending).toBe(0)
})

const sentTexts = () => parts.board.sent.map(({ message }) => message.text)

describe('a delivery', () => {
  it('is sent, in order, one at a time for each channel', async () => {
    await parts.addChannel('one', ['sync_failure'], { template: '1 {{TaskName}}' })
    await parts.addChannel('two', ['sync_failure'], { template: '2 {{TaskName}}' })
    parts.board.reactions.push('hang')
    const named = (name: string) => {
      const occurrence = exampleOccurrence('sync_failure')
      return { ...occurrence, task: { ...occurrence.task!, name } }
    }
    await parts.tell(named('a'), named('b'))
    await parts.begin()
    expect(sentTexts()).toEqual(['1 a', '2 a', '2 b'])
    await parts.clock.advance(15_000)
    expect(sentTexts()).toEqual(['1 a', '2 a', '2 b', '1 b'])
  })

  it('that was taken is finished, with what the provider said', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.tellOf('sync_failure')
    await parts.begin()
    expect(await parts.allDeliveries()).toMatchObject([
      {
        status: 'sent',
        attempts: 1,
        response: 'ok',
        next_attempt_at: null,
        finished_at: '2026-01-01T00:00:00.000Z',
      },
    ])
    expect(parts.emitted.at(-1)).toMatchObject({
      name: 'delivery.finished',
      event: { delivery: { status: 'sent' } },
    })
    expect(parts.board.sent[0]?.message).toMatchObject({ id: 'gitferry-delivery-1', event: 'sync_failure' })
  })

  it('that is told while the dispatcher runs is sent at once', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.begin()
    await parts.tellOf('sync_failure')
    await parts.clock.advance(0)
    expect(sentTexts()).toHaveLength(1)
  })

  it('that is told while the last look of a channel is under way is sent at once', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.addChannel('two', ['sync_success'])
    await parts.tellOf('sync_failure')
    const collection = parts.storage.collection.bind(parts.storage)
    let isTold = false
    parts.storage.collection = ((name: 'deliveries') => {
      const rows = collection(name)
      const plainFind = rows.find.bind(rows)
      const find: typeof rows.find = async (query) => {
        const found = await plainFind(query)
        if (name === 'deliveries' && query?.where?.channel_id === 2 && !isTold) {
          isTold = true
          await parts.tellOf('sync_success')
          // time for the dispatcher to look at the channel, which is busy still, and to be done with the other
          for (let turn = 0; turn < 30; turn += 1) await setImmediate()
        }
        return found
      }
      rows.find = find
      return rows
    }) as typeof parts.storage.collection
    await parts.begin()
    for (let turn = 0; turn < 60; turn += 1) await setImmediate()
    parts.storage.collection = collection
    expect(isTold).toBe(true)
    expect(sentTexts()).toHaveLength(2)
  })

  it('whose provider fails is tried five times in all, later and later, as the same message', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.tellOf('sync_failure')
    const failing = { ok: false, kind: 'transient', message: 'HTTP 502' } as const
    parts.board.reactions.push(failing, failing, failing, failing, failing)
    await parts.begin()
    expect((await parts.allDeliveries())[0]).toMatchObject({
      status: 'pending',
      attempts: 1,
      response: 'HTTP 502',
    })
    await parts.clock.advance(3_600_000)
    expect((await parts.allDeliveries())[0]).toMatchObject({
      status: 'failed',
      attempts: 5,
      next_attempt_at: null,
    })
    const start = parts.board.sent[0]!.at
    // random() is 1 here, so each wait is as long as it may be
    expect(parts.board.sent.map(({ at }) => (at - start) / 1_000)).toEqual([0, 10, 50, 210, 810])
    expect(new Set(parts.board.sent.map(({ message }) => message.id)).size).toBe(1)
  })

  it('comes through when the provider works again', async () => {
    await parts.addChannel('one', ['sync_failure'])
    await parts.tellOf('sync_failure')
    parts.board.reactions.push({ ok: false, kind: 'transient', message: 'HTTP 502' })
    await parts.begin()
    await parts.clock.advance(10_000)
    expect((await parts.allDeliveries())[0]).toMatchObject({ status: 'sent', attempts: 2 })
  })

  it.each(['config', 'permanent'] as const)(
    'that can never be taken (%s) is not tried again',
    async (kind) => {
      await parts.addChannel('one', ['sync_failure'])
      await parts.tellOf('sync_failure')
      parts.board.reactions.push({ ok: false, kind, message: 'errcode 310000' })
      await parts.begin()
      await parts.clock.advance(3_600_000)
      expect(await parts.allDeliveries()).toMatchObject([
        { status: 'failed', attempts: 1, response: 'errcode 310000' },
      ])
      expect(parts.emitted.at(-1)).toMatchObject({
        name: 'delivery.finished',
        event: { delivery: { status: 'failed' } },
      })
      expect(parts.board.sent).toHaveLength(1)
    },
  )

  it('that is throttled waits as long as the provider says, and so does all of its channel, and no other', async () => {
    await parts.addChannel('one', ['sync_failure', 'sync_success'])
    await parts.addChannel('two', ['sync_success'])
    await parts.tellOf('sync_failure')
    parts.board.reactions.push({ ok: false, kind: 'throttled', message: 'too fast', retryAfterMs: 600_000 })
    await parts.begin()
    await parts.tellOf('sync_success')
    await parts.clock.advance(0)
    expect((await parts.allDeliveries()).map(({ status }) => status)).toEqual(['pending', 'pending', 'sent'])
    await parts.clock.advance(599_999)
    expect(parts.board.sent).toHaveLength(2)
    await parts.clock.advance(1)
    expect((await parts.allDeliveries()).map(({ status }) => status)).toEqual(['sent', 'sent', 'sent'])
  })

  it('waits until the provider takes it: never more than its rate within its time', async () => {
    parts.board.rate = { messages: 20, perMs: 60_000 }
    await parts.addChannel('one', ['sync_failure'])
    for (let count = 0; count < 50; count += 1) await parts.tellOf('sync_failure')
    await parts.begin()
    expect(parts.board.sent).toHaveLength(20)
    await parts.clock.advance(59_999)
    expect(parts.board.sent).toHaveLength(20)
    await parts.clock.advance(1)
    expect(parts.board.sent).toHaveLength(40)
    await parts.clock.advance(60_000)
    expect(
      (await parts.allDeliveries()).every(({ status, attempts }) => status === 'sent' && attempts === 1),
    ).toBe(true)
    const times = parts.board.sent.map(({ at }) => at)
    for (const [index, at] of times.entries())
      if (index >= 20) expect(at - times[index - 20]!).toBeGreaterThanOrEqual(60_000)
  })

  it('of a channel that is disabled or deleted meanwhile fails, and says so', async () => {
    const one = await parts.addChannel('one', ['sync_failure'])
    const two = await parts.addChannel('two', ['sync_failure'])
    await parts.tellOf('sync_failure')
    await parts.channels.update(one.id, { enabled: false })
    await parts.channels.delete(two.id)
    await parts.begin()
    expect(await parts.allDeliveries()).toMatchObject([
      { status: 'failed', attempts: 0, response: 'The channel is disabled.' },
      { status: 'failed', attempts: 0, response: 'The channel was deleted.' },
    ])
    expect(parts.board.sent).toEqual([])
    expect(parts.emitted.filter(({ name }) => name === 'delivery.finished')).toHaveLength(2)
  })

  it('that is being sent when its channel is deleted stays failed', async () => {
    const { id } = await parts.addChannel('one', ['sync_failure'])
    await parts.tellOf('sync_failure')
    parts.board.reactions.push('hang')
    await parts.begin()
    await parts.channels.delete(id)
    await parts.clock.advance(15_000)
    expect(await parts.allDeliveries()).toMatchObject([
      { status: 'failed', response: 'The channel was deleted.' },
    ])
  })
})
