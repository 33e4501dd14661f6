import { beforeEach, describe, expect, it } from 'vitest'
import type { Channel, CreateChannel } from '../../src/contract/index.ts'
import { type NotificationParts, notificationParts } from './notification-parts.ts'

const token = 'token-0123456789'
const secret = 'signature-secret'
const webhook = `https://board.example/post?token=${token}`
const masked = 'https://board.example/post?token=***'
const board: CreateChannel = { type: 'board', name: 'team', config: { webhook, secret } }

let parts: NotificationParts

beforeEach(async () => {
  parts = await notificationParts()
})

/** The config that would be sent with. */
async function configOf(channel: Channel): Promise<unknown> {
  await parts.channels.test(channel.id)
  return parts.board.sent.at(-1)?.config
}

const audited = () => parts.storage.collection('audit_log').find()

describe('a channel', () => {
  it('is answered with its secrets masked, and told with the documented defaults', async () => {
    const channel = await parts.channels.create(board)
    expect(channel).toEqual({
      id: 1,
      type: 'board',
      name: 'team',
      config: { webhook: masked, secret: '***' },
      events: [
        'sync_success',
        'sync_failure',
        'sync_conflict',
        'sync_partial',
        'task_paused',
        'task_recovered',
      ],
      template: null,
      enabled: true,
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-01T00:00:00.000Z',
    })
    expect(await parts.channels.get(1)).toEqual(channel)
    expect(await parts.channels.list()).toMatchObject({ items: [channel], total: 1 })
    expect(await configOf(channel)).toEqual({ webhook, secret })
  })

  it('has its secrets nowhere but sealed', async () => {
    const { id } = await parts.channels.create(board)
    await parts.channels.update(id, { config: { webhook, secret: 'another-secret' } })
    await parts.channels.test(id)
    await expect(parts.channels.update(id, { config: { webhook: `${token} ${secret}` } })).rejects.toThrow()
    const rows = [await parts.storage.collection('channels').find(), await audited()]
    const everything = JSON.stringify([rows, parts.emitted, parts.logged])
    for (const hidden of [token, secret, 'another-secret']) expect(everything).not.toContain(hidden)
  })

  it('takes the other names of its fields', async () => {
    const input = {
      type: 'board',
      name: 'x',
      config: { webhook_url: webhook },
      trigger_events: ['key_expiring'],
    }
    const channel = await parts.channels.create({ ...input, content_template: '{{.TaskName}}' } as never)
    expect(channel).toMatchObject({
      config: { webhook: masked },
      events: ['key_expiring'],
      template: '{{.TaskName}}',
    })
  })

  it.each([
    ['type', { type: 'pigeon' }, 'INVALID_INPUT'],
    ['name', { name: '' }, 'INVALID_INPUT'],
    ['config', { config: 'x' }, 'INVALID_INPUT'],
    ['config', { config: [] }, 'INVALID_INPUT'],
    ['config.webhook', { config: {} }, 'INVALID_INPUT'],
    ['config.webhook', { config: { webhook: 'no url' } }, 'INVALID_INPUT'],
    ['config.secret', { config: { webhook, secret: 7 } }, 'INVALID_INPUT'],
    ['config.webhook', { config: { webhook: 'https://127.0.0.1/x' } }, 'URL_FORBIDDEN'],
    ['config.webhook', { config: { webhook: 'http://board.example/x' } }, 'URL_FORBIDDEN'],
    ['config.webhook', { config: { webhook: masked } }, 'INVALID_INPUT'],
    ['config.secret', { config: { webhook, secret: '***' } }, 'INVALID_INPUT'],
    ['events.0', { events: ['sync_sucess'] }, 'INVALID_INPUT'],
    ['template', { template: '{{.Nope}}' }, 'TEMPLATE_INVALID'],
    ['template', { template: '{% include "x" %}' }, 'TEMPLATE_INVALID'],
    ['template', { template: ' ' }, 'TEMPLATE_INVALID'],
    ['enabled', { enabled: 'yes' }, 'INVALID_INPUT'],
  ])('is refused for its %s: %j', async (field, wrong, code) => {
    const refused = parts.channels.create({ ...board, ...wrong } as CreateChannel)
    await expect(refused).rejects.toMatchObject({ code, status: 400, details: { field } })
    expect(await audited()).toMatchObject([
      { type: 'create', object_type: 'channel', result: 'failure', error_code: code },
    ])
    expect(await parts.storage.collection('channels').count()).toBe(0)
  })

  it('of an unknown type is told which there are', async () => {
    await expect(parts.channels.create({ ...board, type: 'pigeon' })).rejects.toThrow(/known are board/)
  })

  it('in a private network is taken where it is allowed', async () => {
    parts = await notificationParts({ allowed: ['127.0.0.1:8080'] })
    await parts.channels.create({ ...board, config: { webhook: 'http://127.0.0.1:8080/x' } })
    const elsewhere = { ...board, config: { webhook: 'http://127.0.0.1:8081/x' } }
    await expect(parts.channels.create(elsewhere)).rejects.toMatchObject({ code: 'URL_FORBIDDEN' })
  })

  it('cannot be stored without a secret key', async () => {
    const { SealedValues } = await import('../../src/services/sealed-values.ts')
    const { ChannelsService } = await import('../../src/services/channels.ts')
    const channels = new ChannelsService({ ...parts.context, sealed: new SealedValues({ box: undefined }) })
    await expect(channels.create(board)).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
    expect(await parts.storage.collection('channels').count()).toBe(0)
  })

  it.each(['get', 'update', 'delete', 'test'] as const)(
    'that there is not is not found: %s',
    async (method) => {
      const call = (id: number) =>
        (parts.channels[method] as (id: number, input: object) => Promise<unknown>)(id, {})
      await expect(call(9)).rejects.toMatchObject({ code: 'CHANNEL_NOT_FOUND' })
      await expect(call(-1)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    },
  )

  it('whose config cannot be opened any more is shown, mended and deleted', async () => {
    const { id } = await parts.channels.create(board)
    await parts.storage.collection('channels').update(id, { sealed_config: 'garbage' })
    expect((await parts.channels.get(id)).config).toEqual({})
    expect(await parts.channels.test(id)).toMatchObject({ success: false })
    await parts.channels.update(id, { config: { webhook } })
    expect(await parts.channels.test(id)).toMatchObject({ success: true })
    await parts.storage.collection('channels').update(id, { sealed_config: 'garbage' })
    await parts.channels.delete(id)
  })
})

describe('changing a channel', () => {
  let channel: Channel

  beforeEach(async () => {
    channel = await parts.channels.create({ ...board, config: { webhook, secret, colour: 'red' } })
  })

  it('changes only what is given', async () => {
    await parts.clock.advance(1_000)
    const changed = await parts.channels.update(channel.id, {
      name: 'all',
      enabled: false,
      template: '{{TaskKey}}',
    })
    expect(changed).toEqual({
      ...channel,
      name: 'all',
      enabled: false,
      template: '{{TaskKey}}',
      updated_at: '2026-01-01T00:00:01.000Z',
    })
    expect((await parts.channels.update(channel.id, { template: '' })).template).toBeNull()
    expect(await configOf(channel)).toEqual({ webhook, secret, colour: 'red' })
  })

  it('keeps the secrets that come back masked, and replaces the rest of the config', async () => {
    await parts.channels.update(channel.id, { config: { ...channel.config, colour: 'blue' } })
    expect(await configOf(channel)).toEqual({ webhook, secret, colour: 'blue' })
    await parts.channels.update(channel.id, { config: { webhook: masked } })
    expect(await configOf(channel)).toEqual({ webhook })
  })

  it('gives a secret to no other place than the one it was given for', async () => {
    for (const elsewhere of [
      `https://evil.example/post?token=${token}`,
      `https://board.example:8443/post?token=${token}`,
    ]) {
      const change = parts.channels.update(channel.id, { config: { webhook: elsewhere, secret: '***' } })
      await expect(change).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        details: { field: 'config.secret' },
        message: expect.stringContaining('given again'),
      })
    }
    expect(await configOf(channel)).toMatchObject({ webhook, secret })
    const moved = { webhook: 'https://evil.example/post?token=new', secret: 'fresh' }
    await parts.channels.update(channel.id, { config: moved })
    expect(await configOf(channel)).toEqual(moved)
  })

  it('gives the token in a URL to no other place either', async () => {
    const change = parts.channels.update(channel.id, {
      config: { webhook: 'https://evil.example/post?token=***', secret },
    })
    await expect(change).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { field: 'config.webhook' },
    })
  })

  it('keeps the secret where only the path or the token changes', async () => {
    const other = 'https://board.example/other?token=new'
    await parts.channels.update(channel.id, { config: { webhook: other, secret: '***' } })
    expect(await configOf(channel)).toEqual({ webhook: other, secret })
  })

  it('leaves one audit entry and one event each, without secrets', async () => {
    await parts.channels.update(channel.id, { config: { webhook }, name: 'all' })
    await parts.channels.delete(channel.id)
    expect(await audited()).toMatchObject([
      {
        type: 'create',
        object_type: 'channel',
        object_id: 1,
        operator: 'alice',
        details: { type: 'board', name: 'team' },
      },
      { type: 'update', object_id: 1, details: { name: 'all', fields: ['name', 'config'] } },
      { type: 'delete', object_id: 1, details: { name: 'all' } },
    ])
    expect(parts.emitted.map(({ name }) => name)).toEqual([
      'channel.created',
      'channel.updated',
      'channel.deleted',
    ])
  })
})
