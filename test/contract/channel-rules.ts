import assert from 'node:assert/strict'
import type { AuditEntry, Channel, ChannelTest, Page, Preview } from '@gitferry/core/contract'
import { DingtalkRobot, type RobotOptions } from '../dingtalk-robot.ts'
import { rule } from './rule.ts'
import { data, refused, type World } from './world.ts'

const secret = 'SEC000000000000000000000'
const reachable = { gitferry: { allowOutgoing: ['127.0.0.1'] } }
const example = {
  type: 'dingtalk',
  name: '开发群通知',
  config: { webhook: 'https://oapi.dingtalk.com/robot/send?access_token=the-token-of-it', secret },
  events: ['sync_success', 'sync_failure'],
  template: '【同步状态】任务: {{.TaskKey}}',
}

const create = (world: World, fields: Readonly<Record<string, unknown>> = {}) =>
  world.post('/notification/channels', { ...example, ...fields })

/** A robot that listens while the check goes on. */
async function withRobot(
  options: RobotOptions,
  work: (robot: DingtalkRobot) => Promise<void>,
): Promise<void> {
  const robot = await DingtalkRobot.start(options)
  try {
    await work(robot)
  } finally {
    await robot.close()
  }
}

/** As the documentation lists them. */
export const documentedEvents = [
  'sync_success',
  'sync_failure',
  'sync_conflict',
  'sync_partial',
  'task_paused',
  'task_recovered',
  'webhook_received',
  'webhook_error',
  'cron_triggered',
  'backup_success',
  'backup_failure',
  'key_expiring',
]

export const channelRules = [
  rule('row 20: GET /api/v1/notification/channels lists the channels', async (world) => {
    const channel = data<Channel>(await create(world))
    assert.deepEqual(data(await world.get('/notification/channels')), { channels: [channel], total: 1 })
  }),
  rule(
    'row 21: POST /api/v1/notification/channels takes type, name, config, events and template',
    async (world) => {
      const channel = data<Channel>(await create(world))
      const { type, name, events: told, template } = channel
      assert.deepEqual(
        { type, name, events: told, template },
        { type: example.type, name: example.name, events: example.events, template: example.template },
      )
    },
  ),
  rule(
    'row 22: POST /api/v1/notification/channels/:id/test sends a real message',
    (world) =>
      withRobot({ secret }, async (robot) => {
        const { id } = data<Channel>(await create(world, { config: { webhook: robot.webhook, secret } }))
        const test = data<ChannelTest>(await world.ask('POST', `/notification/channels/${id}/test`))
        assert.equal(test.success, true)
        assert.equal(robot.messages.length, 1)
      }),
    reachable,
  ),
  rule(
    'a test that the provider refuses answers success: false and what it said',
    (world) =>
      withRobot({ secret: 'SEC of somebody else' }, async (robot) => {
        const { id } = data<Channel>(await create(world, { config: { webhook: robot.webhook, secret } }))
        const test = data<ChannelTest>(await world.ask('POST', `/notification/channels/${id}/test`))
        assert.equal(test.success, false)
        assert.ok(test.message.includes('签名不匹配'), test.message)
        assert.equal(robot.messages.length, 0)
      }),
    reachable,
  ),
  rule('secrets in answers are "***", tokens in the query of a webhook URL too', async (world) => {
    const answer = await create(world)
    const { id, config } = data<Channel>(answer)
    assert.deepEqual(config, {
      webhook: 'https://oapi.dingtalk.com/robot/send?access_token=***',
      secret: '***',
    })
    for (const path of ['/notification/channels', `/notification/channels/${id}`, '/audit/logs']) {
      const { text } = await world.get(path)
      assert.equal(text.includes(secret) || text.includes('the-token-of-it'), false)
    }
    assert.equal(answer.text.includes(secret), false)
  }),
  rule(
    'sending the mask back leaves the secret as it is',
    (world) =>
      withRobot({ secret }, async (robot) => {
        const { id, config } = data<Channel>(
          await create(world, { config: { webhook: robot.webhook, secret } }),
        )
        data(await world.put(`/notification/channels/${id}`, { name: 'renamed', config }))
        const test = data<ChannelTest>(await world.ask('POST', `/notification/channels/${id}/test`))
        assert.equal(test.success, true, test.message)
      }),
    reachable,
  ),
  rule('a URL of another origin does not take the stored secret along', async (world) => {
    const { id } = data<Channel>(await create(world))
    const config = { webhook: 'https://other.example/robot/send?access_token=x', secret: '***' }
    refused(await world.put(`/notification/channels/${id}`, { config }), 400)
  }),
  ...documentedEvents.map((event) =>
    rule(`${event} is an event that a channel can be told of`, async (world) => {
      assert.deepEqual(data<Channel>(await create(world, { events: [event] })).events, [event])
    }),
  ),
  rule('an event that there is not is 400', async (world) => {
    refused(await create(world, { events: ['sync_success', 'sync_started'] }), 400)
  }),
  rule('a channel of unknown type is 400 naming type', async (world) => {
    refused(await create(world, { type: 'pigeon' }), 400, { field: 'type' })
  }),
  rule('a missing field is 400 naming it', async (world) => {
    for (const [fields, field] of [
      [{ type: undefined }, 'type'],
      [{ name: undefined }, 'name'],
      [{ name: '' }, 'name'],
      [{ config: undefined }, 'config'],
      [{ config: 'https://oapi.dingtalk.com' }, 'config'],
      [{ config: {} }, 'config.webhook'],
    ] as const) {
      refused(await create(world, fields), 400, { field })
    }
    assert.equal(data<{ total: number }>(await world.get('/notification/channels')).total, 0)
  }),
  rule('a template that cannot parse is 400', async (world) => {
    for (const template of ['{{ .TaskName', '{% if %}', '{{ TaskName | nofilter }}', '{{ .Nothing }}']) {
      refused(await create(world, { template }), 400, { code: 'TEMPLATE_INVALID', field: 'template' })
    }
  }),
  rule('a template that would print nothing is 400', async (world) => {
    for (const template of [' ', '{% comment %}nothing{% endcomment %}']) {
      refused(await create(world, { template }), 400, { field: 'template' })
    }
  }),
  rule('a template accepts the original’s {{.TaskName}}', async (world) => {
    const body = { template: 'task {{.TaskName}} / {{TaskName}}', event: 'sync_failure' }
    const { text } = data<Preview>(await world.post('/notification/preview', body))
    const [, first, second] = /^task (.+) \/ (.+)$/.exec(text) ?? []
    assert.ok(first)
    assert.equal(first, second)
  }),
  rule('a URL that is private, loopback or plain http is 400 when it is written', async (world) => {
    for (const webhook of [
      'https://127.0.0.1/robot/send?access_token=x',
      'https://10.1.2.3/robot/send?access_token=x',
      'https://[::1]/robot/send?access_token=x',
      'https://169.254.169.254/robot/send?access_token=x',
      'https://localhost/robot/send?access_token=x',
      'http://oapi.dingtalk.com/robot/send?access_token=x',
    ]) {
      refused(await create(world, { config: { webhook } }), 400, { code: 'URL_FORBIDDEN' })
    }
  }),
  rule(
    'a finished run is told to the channels that ask for it',
    (world) =>
      withRobot({ secret }, async (robot) => {
        const config = { webhook: robot.webhook, secret }
        data(await create(world, { config, events: ['sync_success'], template: 'good: {{.TaskName}}' }))
        data(await create(world, { config, events: ['sync_failure'], template: 'bad: {{.TaskName}}' }))
        await world.register()
        const task = await world.task({ name: 'told of' })
        await world.run(task.id)
        await robot.whenRequested(1)
        assert.deepEqual(
          robot.messages.map(({ text }) => text.includes('good: told of')),
          [true],
        )
      }),
    reachable,
  ),
  rule('PUT /notification/channels/:id changes only the fields that it carries', async (world) => {
    const before = data<Channel>(await create(world))
    const after = data<Channel>(await world.put(`/notification/channels/${before.id}`, { enabled: false }))
    assert.deepEqual({ ...after, updated_at: '' }, { ...before, enabled: false, updated_at: '' })
  }),
  rule('a change of a channel is validated like a new one', async (world) => {
    const { id } = data<Channel>(await create(world))
    const path = `/notification/channels/${id}`
    refused(await world.put(path, { template: '{{ .TaskName' }), 400, { code: 'TEMPLATE_INVALID' })
    refused(await world.put(path, { config: {} }), 400, { field: 'config.webhook' })
    refused(await world.put(path, { config: { webhook: 'http://127.0.0.1/?access_token=x' } }), 400, {
      code: 'URL_FORBIDDEN',
    })
    refused(await world.put(path, { events: ['sync_started'] }), 400)
    assert.equal(data<Channel>(await world.get(path)).template, example.template)
  }),
  rule('DELETE /notification/channels/:id takes the channel away', async (world) => {
    const { id } = data<Channel>(await create(world))
    assert.deepEqual(data(await world.delete(`/notification/channels/${id}`)), { id, deleted: true })
    refused(await world.get(`/notification/channels/${id}`), 404, { code: 'CHANNEL_NOT_FOUND' })
  }),
  rule('a channel leaves audit entries without its secrets', async (world) => {
    const { id } = data<Channel>(await create(world))
    data(await world.put(`/notification/channels/${id}`, { name: 'other' }))
    const { items } = data<Page<AuditEntry>>(await world.get('/audit/logs?object_type=channel'))
    assert.deepEqual(
      items.map(({ type, object_id, result }) => [type, object_id, result]),
      [
        ['update', id, 'success'],
        ['create', id, 'success'],
      ],
    )
    assert.equal(JSON.stringify(items).includes(secret), false)
  }),
]

export const channelAliasRules = [
  rule('webhook_url is webhook', async (world) => {
    const webhook_url = example.config.webhook
    const { config } = data<Channel>(await create(world, { config: { webhook_url } }))
    assert.deepEqual(config, { webhook: 'https://oapi.dingtalk.com/robot/send?access_token=***' })
  }),
  rule('trigger_events is events', async (world) => {
    const channel = data<Channel>(
      await create(world, { events: undefined, trigger_events: ['sync_conflict'] }),
    )
    assert.deepEqual(channel.events, ['sync_conflict'])
  }),
  rule('content_template is template', async (world) => {
    const channel = data<Channel>(
      await create(world, { template: undefined, content_template: '{{.TaskName}}' }),
    )
    assert.equal(channel.template, '{{.TaskName}}')
  }),
]
