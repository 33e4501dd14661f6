import {
  channel,
  channelTest,
  createChannel,
  delivery,
  deliveryQuery,
  preview,
  previewTemplate,
  updateChannel,
} from '../channel.ts'
import { deleted } from '../deleted.ts'
import { pageQuery } from '../page.ts'
import { exampleChannel, exampleDelivery } from './examples.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

const ofChannel = idOf('channel')
const ofDelivery = idOf('delivery')
const fieldErrors = ['URL_FORBIDDEN', 'TEMPLATE_INVALID', 'SECRETS_UNAVAILABLE'] as const

export const notificationOperations = {
  name: 'notifications',
  description: 'Channels that are told what happens, and what was sent to them.',
  operations: {
    'notifications.channels.list': {
      summary: 'List channels',
      query: pageQuery,
      answer: answers(channel, exampleChannel),
    },
    'notifications.channels.get': {
      summary: 'Show a channel',
      description: 'Secrets in `config` are shown as `***`.',
      path: ofChannel,
      answer: answers(channel, exampleChannel),
      errors: ['CHANNEL_NOT_FOUND'],
    },
    'notifications.channels.create': {
      summary: 'Create a channel',
      description:
        'What `config` holds depends on the type. `template` is Liquid and accepts the form `{{.TaskKey}}` too. Of a task that goes wrong again and again in the same way (`sync_failure`, `sync_conflict` or `sync_partial` with the same error code) a channel is told once, and once a day while that goes on; of a task that paused itself once (`task_paused`), and once when it works again (`task_recovered`).',
      body: sends(createChannel, {
        type: 'dingtalk',
        name: '开发群通知',
        config: {
          webhook: 'https://oapi.dingtalk.com/robot/send?access_token=xxx',
          secret: 'SECxxx',
        },
        events: ['sync_success', 'sync_failure'],
        template: '【同步状态】任务: {{.TaskKey}}',
      }),
      answer: answers(channel, exampleChannel),
      errors: fieldErrors,
    },
    'notifications.channels.update': {
      summary: 'Change a channel',
      description:
        'Changes only the fields that the body carries; a secret that is sent back as `***` stays as it is.',
      path: ofChannel,
      body: sends(updateChannel, { enabled: false }),
      answer: answers(channel, { ...exampleChannel, enabled: false }),
      errors: ['CHANNEL_NOT_FOUND', ...fieldErrors],
    },
    'notifications.channels.delete': {
      summary: 'Delete a channel',
      description: 'What is still to be sent to it is not sent any more.',
      path: ofChannel,
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['CHANNEL_NOT_FOUND'],
    },
    'notifications.channels.test': {
      summary: 'Send a real message to a channel',
      description: 'That the provider refuses is an answer, with `success: false`.',
      path: ofChannel,
      answer: answers(channelTest, { success: true, message: '{"errcode":0,"errmsg":"ok"}' }),
      errors: ['CHANNEL_NOT_FOUND', 'RATE_LIMITED'],
    },
    'notifications.deliveries.list': {
      summary: 'List deliveries, newest first',
      query: deliveryQuery,
      answer: answers(delivery, exampleDelivery),
    },
    'notifications.deliveries.get': {
      summary: 'Show a delivery',
      path: ofDelivery,
      answer: answers(delivery, exampleDelivery),
      errors: ['DELIVERY_NOT_FOUND'],
    },
    'notifications.deliveries.retry': {
      summary: 'Send a failed delivery again',
      path: ofDelivery,
      answer: answers(delivery, { ...exampleDelivery, status: 'pending', finished_at: null }),
      errors: ['DELIVERY_NOT_FOUND', 'DELIVERY_NOT_FAILED', 'CHANNEL_NOT_FOUND'],
    },
    'notifications.preview': {
      summary: 'Show what a template makes of example values',
      body: sends(previewTemplate, { template: '{{ TaskName }}: {{ Status }}', event: 'sync_failure' }),
      answer: answers(preview, { title: 'Sync failed', text: 'main-to-backup: failed' }),
      withoutStorage: true,
      errors: ['TEMPLATE_INVALID'],
    },
  },
} as const satisfies OperationGroup
