import { beforeEach, describe, expect, it } from 'vitest'
import { NotificationsService } from '../../src/services/notifications.ts'
import { type NotificationParts, notificationParts } from './notification-parts.ts'

const token = 'token-0123456789'
const secret = 'signature-secret'
const webhook = `https://board.example/post?token=${token}`
const board = { type: 'board', name: 'team', config: { webhook, secret } }

let parts: NotificationParts

beforeEach(async () => {
  parts = await notificationParts()
})

const audited = () => parts.storage.collection('audit_log').find()

describe('trying a channel out', () => {
  it('sends a real message and answers what the provider said', async () => {
    const { id } = await parts.channels.create(board)
    expect(await parts.channels.test(id)).toEqual({ success: true, message: 'ok' })
    expect(parts.board.sent[0]?.message).toMatchObject({
      event: 'test',
      text: expect.stringContaining('team'),
    })
    expect((await audited()).at(-1)).toMatchObject({ type: 'test', object_id: 1, result: 'success' })
    expect(await parts.storage.collection('deliveries').count()).toBe(0)
  })

  it('answers a refusal, and does not throw it', async () => {
    const { id } = await parts.channels.create(board)
    const why = `bad token ${token} with ${secret} at ${webhook}\u001b[31m`
    parts.board.reactions.push({ ok: false, kind: 'config', message: why })
    const { success, message } = await parts.channels.test(id)
    expect(success).toBe(false)
    expect(message).toMatch(/^bad token /)
    for (const hidden of [token, secret, '\u001b']) expect(message).not.toContain(hidden)
    expect((await audited()).at(-1)).toMatchObject({ result: 'failure', error_code: 'NOTIFIER_REFUSED' })
    expect(JSON.stringify(await audited())).not.toContain(secret)
  })

  it('ends after 15 seconds, whatever the notifier does', async () => {
    const { id } = await parts.channels.create(board)
    for (const reaction of ['hang', 'ignore the signal'] as const) {
      parts.board.reactions.push(reaction)
      const testing = parts.channels.test(id)
      await parts.clock.advance(15_000)
      expect(await testing).toMatchObject({ success: false })
    }
    expect((await audited()).at(-1)).toMatchObject({ error_code: 'NOTIFIER_UNREACHABLE' })
    // the message may have arrived all the same
    expect((await audited()).slice(1).map(({ result }) => result)).toEqual(['unknown', 'unknown'])
    expect(parts.clock.pending).toBe(0)
  })

  it('ends on its caller’s word', async () => {
    const { id } = await parts.channels.create(board)
    parts.board.reactions.push('ignore the signal')
    const abort = new AbortController()
    const testing = parts.channels.test(id, { signal: abort.signal })
    await parts.clock.advance(0)
    abort.abort()
    await expect(testing).rejects.toMatchObject({ code: 'ABORTED' })
    expect(parts.clock.pending).toBe(0)
  })

  it('ends when the sender is closed, and sends nothing after that', async () => {
    const { id } = await parts.channels.create(board)
    parts.board.reactions.push('ignore the signal')
    const testing = parts.channels.test(id)
    await parts.clock.advance(0)
    parts.context.channelSender.close()
    expect(await testing).toEqual({ success: false, message: 'given up before an answer came' })
    expect(await parts.channels.test(id)).toEqual({ success: false, message: 'given up before it was sent' })
    expect(parts.board.sent).toHaveLength(1)
    expect(parts.clock.pending).toBe(0)
  })

  it('is recorded as it went when its caller goes away once the provider has answered', async () => {
    const { id } = await parts.channels.create(board)
    const abort = new AbortController()
    const { channelSender } = parts.context
    const send = channelSender.send.bind(channelSender)
    channelSender.send = async (...given) => {
      const result = await send(...given)
      abort.abort()
      return result
    }
    await expect(parts.channels.test(id, { signal: abort.signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect((await audited()).slice(1)).toMatchObject([
      { type: 'test', result: 'success', error_code: null, details: { success: true, message: 'ok' } },
    ])
  })

  it('is recorded as unknown when its caller goes away before that', async () => {
    const { id } = await parts.channels.create(board)
    parts.board.reactions.push('ignore the signal')
    const abort = new AbortController()
    const testing = parts.channels.test(id, { signal: abort.signal })
    await parts.clock.advance(0)
    abort.abort()
    await expect(testing).rejects.toMatchObject({ code: 'ABORTED' })
    expect((await audited()).slice(1)).toMatchObject([
      {
        type: 'test',
        result: 'unknown',
        error_code: 'ABORTED',
        details: { success: false, message: 'given up before an answer came' },
      },
    ])
  })

  it('survives a notifier with a defect', async () => {
    const { id } = await parts.channels.create(board)
    parts.board.reactions.push('throw')
    expect(await parts.channels.test(id)).toMatchObject({
      success: false,
      message: expect.stringContaining('log'),
    })
    expect(parts.logged).toMatchObject([{ message: 'a notifier failed', fields: { channel_id: 1 } }])
  })
})

describe('trying a channel out again and again', () => {
  const rateOf = 20

  /** Tries it out so many times at once: how many messages were sent, and what the others were told. */
  async function tryAtOnce(id: number, times: number) {
    const before = parts.board.sent.length
    const tests = await Promise.allSettled(Array.from({ length: times }, () => parts.channels.test(id)))
    const refused = tests.filter((test) => test.status === 'rejected').map(({ reason }) => reason)
    return { sent: parts.board.sent.length - before, refused }
  }

  beforeEach(() => {
    parts.board.rate = { messages: rateOf, perMs: 60_000 }
  })

  it('sends no more than its provider takes, and says when to come again', async () => {
    const { id } = await parts.channels.create(board)
    const { sent, refused } = await tryAtOnce(id, 40)
    expect(sent).toBe(rateOf)
    expect(refused).toHaveLength(20)
    for (const error of refused) {
      expect(error).toMatchObject({
        code: 'RATE_LIMITED',
        status: 429,
        retryable: true,
        details: { retry_after_seconds: 60 },
      })
    }
    const entries = (await audited()).filter(({ type }) => type === 'test')
    expect(entries.filter(({ error_code }) => error_code === 'RATE_LIMITED')).toHaveLength(20)
    await parts.clock.advance(59_001)
    expect((await tryAtOnce(id, 1)).refused).toMatchObject([{ details: { retry_after_seconds: 1 } }])
    await parts.clock.advance(999)
    expect((await tryAtOnce(id, 40)).sent).toBe(rateOf)
  })

  it('counts for the deliveries of the channel too', async () => {
    const { id } = await parts.channels.create({ ...board, events: ['sync_failure'] })
    await tryAtOnce(id, 15)
    for (let count = 0; count < 20; count += 1) await parts.tellOf('sync_failure')
    parts.dispatcher.start()
    await parts.clock.advance(0)
    expect(parts.board.sent).toHaveLength(rateOf)
    await parts.clock.advance(60_000)
    expect(parts.board.sent).toHaveLength(35)
    await parts.dispatcher.stop({ timeoutMs: 0 })
  })

  it('counts for a delivery that is being claimed at the same moment, which keeps its tries', async () => {
    const { id } = await parts.channels.create({ ...board, events: ['sync_failure'] })
    await parts.tellOf('sync_failure')
    const collection = parts.storage.collection.bind(parts.storage)
    parts.storage.collection = ((name: 'deliveries') => {
      const rows = collection(name)
      const updateWhere = rows.updateWhere.bind(rows)
      rows.updateWhere = async (where, changes) => {
        const changed = await updateWhere(where, changes)
        if (name !== 'deliveries') return changed
        parts.storage.collection = collection
        await tryAtOnce(id, rateOf)
        return changed
      }
      return rows
    }) as typeof parts.storage.collection
    parts.dispatcher.start()
    await parts.clock.advance(0)
    expect(parts.board.sent).toHaveLength(rateOf)
    const all = async () => (await parts.deliveries.list()).items
    expect(await all()).toMatchObject([{ status: 'pending', attempts: 0 }])
    await parts.clock.advance(60_000)
    expect(await all()).toMatchObject([{ status: 'sent', attempts: 1 }])
    await parts.dispatcher.stop({ timeoutMs: 0 })
  })

  it('is forgotten when the channel is deleted', async () => {
    const { id } = await parts.channels.create(board)
    await tryAtOnce(id, rateOf)
    const row = (await parts.storage.collection('channels').get(id))!
    const freeAt = () => parts.context.channelSender.freeAt(row)
    expect(freeAt()).toBe(parts.clock.now() + 60_000)
    await parts.channels.delete(id)
    expect(freeAt()).toBe(parts.clock.now())
  })

  it('waits while the provider asks for patience', async () => {
    const { id } = await parts.channels.create(board)
    parts.board.reactions.push({ ok: false, kind: 'throttled', message: 'too fast', retryAfterMs: 600_000 })
    expect(await parts.channels.test(id)).toMatchObject({ success: false })
    const { sent, refused } = await tryAtOnce(id, 1)
    expect(sent).toBe(0)
    expect(refused).toMatchObject([{ code: 'RATE_LIMITED', details: { retry_after_seconds: 600 } }])
    await parts.clock.advance(600_000)
    expect((await parts.channels.test(id)).success).toBe(true)
  })
})

describe('a preview', () => {
  it('shows what a template makes of example values', async () => {
    const notifications = new NotificationsService(parts.context)
    const preview = (input: object) => notifications.preview(input)
    expect(
      await preview({
        template: '{{if eq .Status "failure"}}{{.ErrorMessage}}{{end}}',
        event: 'sync_failure',
      }),
    ).toEqual({
      title: '[失败] 同步任务 main-to-backup',
      text: 'The remote "backup" cannot be reached.',
    })
    expect((await preview({})).text).toContain('事件：同步成功')
    await expect(preview({ template: '{{nope}}' })).rejects.toMatchObject({ code: 'TEMPLATE_INVALID' })
    await expect(preview({ event: 'nope' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
