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
