import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GitferryApi } from '../../contract/api/index.ts'
import {
  type CreateChannel,
  channel as channelSchema,
  type Delivery,
  delivery as deliverySchema,
} from '../../contract/channel.ts'
import { isRecord, mainToBackup } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

const webhook = 'https://hooks.example.org/send?token=hunter2'
const input = { type: 'memory', name: 'team', config: { webhook, secret: 'hunter3' } } as const
const shown = { webhook: 'https://hooks.example.org/send?token=***', secret: '***' }

/** The one delivery, once it was sent or given up. */
async function delivered(api: GitferryApi): Promise<Delivery> {
  for (;;) {
    const { items } = await api.notifications.deliveries.list()
    const [delivery] = items
    if (delivery !== undefined && delivery.status !== 'pending') return delivery
    await sleep(5)
  }
}

export const channelRules: ApiRules = {
  'a channel is shown without its secrets': async ({ api }) => {
    const { channels } = api.notifications
    const channel = await channels.create(input)
    isRecord(channelSchema, channel)
    const { id, created_at, updated_at, events, ...fields } = channel
    assert.deepEqual(fields, { type: 'memory', name: 'team', config: shown, template: null, enabled: true })
    assert.ok(events.includes('sync_failure'))
    assert.deepEqual(await channels.get(id), channel)
    assert.deepEqual((await channels.list()).items, [channel])
    assert.ok(!/hunter/.test(JSON.stringify([channel, await api.audit.list()])))
  },

  'update changes only what it is given, and a mask that is sent back changes nothing': async (subject) => {
    const { api, sandbox } = subject
    const { channels } = api.notifications
    const before = await channels.create(input)
    const after = await channels.update(before.id, { name: 'renamed', config: shown })
    assert.deepEqual({ ...after, updated_at: before.updated_at }, { ...before, name: 'renamed' })
    assert.equal((await channels.test(before.id)).success, true)
    assert.deepEqual(sandbox.notifier.sent[0]?.config, input.config)
  },

  'a test sends a real message; that the provider refuses is an answer': async ({ api, sandbox }) => {
    const { channels } = api.notifications
    const { id } = await channels.create(input)
    assert.deepEqual(await channels.test(id), { success: true, message: 'taken' })
    assert.deepEqual(
      sandbox.notifier.sent.map(({ message }) => message.event),
      ['test'],
    )
    const refusing = await channels.create({ ...input, config: { webhook, refuses: 'no such group' } })
    assert.deepEqual(await channels.test(refusing.id), { success: false, message: 'no such group' })
  },

  'a channel is told of what it asked for, and of nothing else': async (subject) => {
    const { api, sandbox } = subject
    const { channels, deliveries } = api.notifications
    const { id } = await channels.create({
      ...input,
      events: ['sync_success'],
      template: 'to {{ TargetRemote }}',
    })
    await channels.create({ ...input, name: 'failures', events: ['sync_failure'] })
    await channels.create({ ...input, name: 'off', enabled: false })
    const task = await mainToBackup(subject)
    const run = await api.sync.tasks.run(task.id, { wait: true })
    const delivery = await delivered(api)
    isRecord(deliverySchema, delivery)
    const { channel_id, event, status, run_id, task_id, response } = delivery
    assert.deepEqual(
      { channel_id, event, status, run_id, task_id, response },
      {
        channel_id: id,
        event: 'sync_success',
        status: 'sent',
        run_id: run.id,
        task_id: task.id,
        response: 'taken',
      },
    )
    assert.deepEqual(await deliveries.get(delivery.id), delivery)
    assert.equal((await deliveries.list()).total, 1)
    assert.deepEqual(
      sandbox.notifier.sent.map(({ message }) => message.text),
      [delivery.text],
    )
    assert.equal((await deliveries.list({ channel_id: id, run_id: run.id, status: 'sent' })).total, 1)
    assert.equal((await deliveries.list({ status: 'failed' })).total, 0)
    await refuses(deliveries.retry(delivery.id), 'DELIVERY_NOT_FAILED')
  },

  'a failed delivery can be sent again': async (subject) => {
    const { api, sandbox } = subject
    const { channels, deliveries } = api.notifications
    const { id } = await channels.create({ ...input, config: { webhook, refuses: 'busy' } })
    const task = await mainToBackup(subject)
    await api.sync.tasks.run(task.id, { wait: true })
    const failed = await delivered(api)
    assert.deepEqual([failed.status, failed.response], ['failed', 'busy'])
    await channels.update(id, { config: { webhook } })
    assert.equal((await deliveries.retry(failed.id)).status, 'pending')
    assert.equal((await delivered(api)).status, 'sent')
    assert.equal(sandbox.notifier.sent.length, 1)
  },

  'what cannot be is refused, and nothing of it stored': async ({ api }) => {
    const { channels } = api.notifications
    const create = (fields: object) => channels.create({ ...input, ...fields } as CreateChannel)
    await refuses(create({ type: 'pigeon' }), 'INVALID_INPUT', { field: 'type' })
    await refuses(create({ name: '' }), 'INVALID_INPUT', { field: 'name' })
    await refuses(create({ config: {} }), 'INVALID_INPUT', { field: 'config.webhook' })
    await refuses(create({ config: { webhook: 'https://127.0.0.1/' } }), 'URL_FORBIDDEN')
    await refuses(create({ events: ['birthday'] }), 'INVALID_INPUT')
    await refuses(create({ template: '{% for %}' }), 'TEMPLATE_INVALID')
    assert.equal((await channels.list()).total, 0)
  },

  'preview shows what a template makes of example values': async ({ api }) => {
    const { text, title } = await api.notifications.preview({
      template: 'run: {{.Status}}',
      event: 'sync_failure',
    })
    assert.match(text, /^run: \S/)
    assert.notEqual(title, '')
    await refuses(api.notifications.preview({ template: '{{ a' }), 'TEMPLATE_INVALID')
  },

  'delete takes the channel': async ({ api }) => {
    const { channels } = api.notifications
    const { id } = await channels.create(input)
    assert.deepEqual(await channels.delete(id), { id, deleted: true })
    await refuses(channels.get(id), 'CHANNEL_NOT_FOUND')
  },
}
