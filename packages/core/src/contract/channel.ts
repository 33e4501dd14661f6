import { z } from 'zod'
import { aliases } from './aliases.ts'
import { id, timestamp } from './id.ts'
import { oneOf } from './one-of.ts'
import { pageQuery } from './page.ts'
import { line } from './text.ts'

/**
 * What a channel can be told of. `sync_failure`, `sync_conflict` and `sync_partial`: when a task turns bad or goes wrong
 * in another way (another error code), and once a day while that goes on; not for every run that comes to the same.
 * `task_paused`: once, when a task pauses itself. `task_recovered`: the first success after a failure, a conflict or a
 * partial success, to the channels that were told of that. `backup_…` and `key_expiring` can be chosen already and do not
 * happen yet.
 */
export const notificationEvent = oneOf([
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
])

export type NotificationEvent = z.output<typeof notificationEvent>

const config = z.record(z.string(), z.json())

export type ChannelConfig = z.output<typeof config>

/** A configured place to send notifications: a DingTalk group, a Slack hook, a mailbox. */
export const channel = z
  .object({
    id,
    type: z.string().describe('Which notifier sends: dingtalk, …'),
    name: z.string(),
    config: config.describe('Secrets in it are shown as "***"; sent back so, they stay as they are'),
    events: z.array(notificationEvent),
    template: z.string().nullable().describe('Liquid; null: the default text'),
    enabled: z.boolean(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Channel' })

export type Channel = z.output<typeof channel>

/** A channel as it is stored: its whole config is sealed. */
export const channelRow = channel
  .omit({ config: true })
  .extend({ sealed_config: z.string(), version: z.int() })

export type ChannelRow = z.output<typeof channelRow>

const fields = {
  name: line(100),
  config: aliases({ webhook_url: 'webhook' }, z.record(z.string(), z.json(), { error: 'must be an object' })),
  events: z
    .array(notificationEvent, { error: 'must be a list' })
    .max(50, 'must have at most 50 entries')
    .transform((events) => [...new Set(events)]),
  template: z.string({ error: 'must be text' }).max(10_000, 'must have at most 10000 characters').nullish(),
  enabled: z.boolean({ error: 'must be true or false' }),
}

const inputAliases = { trigger_events: 'events', content_template: 'template' }

export const createChannel = aliases(
  inputAliases,
  z
    .object({
      type: z.string({ error: 'must be text' }).min(1, 'must not be empty').max(50),
      ...fields,
      events: fields.events.optional(),
      enabled: fields.enabled.optional(),
    })
    .meta({ id: 'CreateChannel' }),
)

export interface CreateChannel {
  readonly type: string
  readonly name: string
  readonly config: ChannelConfig
  /** Default: every `sync_…` event, `task_paused` and `task_recovered`. */
  readonly events?: readonly NotificationEvent[]
  readonly template?: string | null
  /** Default true. */
  readonly enabled?: boolean
}

export const updateChannel = aliases(inputAliases, z.object(fields).partial().meta({ id: 'UpdateChannel' }))

export type UpdateChannel = Partial<Omit<CreateChannel, 'type'>>

/** How sending one message went. A refusal of the provider is an answer, not an error. */
export const channelTest = z
  .object({ success: z.boolean(), message: z.string().describe('The provider’s answer') })
  .meta({ id: 'ChannelTest' })

export type ChannelTest = z.output<typeof channelTest>

export const previewTemplate = z
  .object({
    template: fields.template,
    event: notificationEvent.optional(),
  })
  .meta({ id: 'PreviewTemplate' })

export interface PreviewTemplate {
  /** Absent: the default text. */
  readonly template?: string | null
  /** Default `sync_success`. */
  readonly event?: NotificationEvent
}

/** What a message would look like, with example values. */
export const preview = z.object({ title: z.string(), text: z.string() }).meta({ id: 'Preview' })

export type Preview = z.output<typeof preview>

export const deliveryStatus = oneOf(['pending', 'sent', 'failed'])

/** One attempt series to send one message to one channel. */
export const delivery = z
  .object({
    id,
    channel_id: id,
    event: notificationEvent,
    task_id: id.nullable(),
    run_id: id.nullable(),
    title: z.string(),
    text: z.string(),
    status: deliveryStatus,
    attempts: z.int(),
    response: z.string().nullable().describe('What the provider answered last'),
    next_attempt_at: timestamp.nullable(),
    created_at: timestamp,
    finished_at: timestamp.nullable(),
  })
  .meta({ id: 'Delivery' })

export type Delivery = z.output<typeof delivery>

export const deliveryRow = delivery.extend({ version: z.int() })

export type DeliveryRow = z.output<typeof deliveryRow>

export const deliveryQuery = pageQuery.extend({
  channel_id: id.optional(),
  run_id: id.optional(),
  event: notificationEvent.optional(),
  status: deliveryStatus.optional(),
})

export type DeliveryQuery = z.input<typeof deliveryQuery>
