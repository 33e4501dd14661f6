import {
  type CallOptions,
  type Channel,
  type ChannelConfig,
  type ChannelRow,
  type ChannelsApi,
  type ChannelTest,
  type CreateChannel,
  createChannel,
  type Deleted,
  type NotificationEvent,
  type Page,
  type PageQuery,
  pageQuery,
  type UpdateChannel,
  updateChannel,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { checkTemplate, exampleValues } from '../notifications/index.ts'
import type { Changes } from '../ports/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { auditId } from './audit-id.ts'
import { maskConfig, readConfig } from './channel-config.ts'
import { configPlace, type SendResult } from './channel-sender.ts'
import type { ServiceContext } from './context.ts'
import { findChannel } from './find-or-refuse.ts'
import { findAll, findPage } from './pages.ts'
import { toDelivery } from './to-delivery.ts'

const defaultEvents: NotificationEvent[] = [
  'sync_success',
  'sync_failure',
  'sync_conflict',
  'sync_partial',
  'task_paused',
  'task_recovered',
]

/** Places to send notifications to. Their configs are sealed whole; answers show what is not secret. */
export class ChannelsService implements ChannelsApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<Channel>> {
    throwIfAborted(signal)
    const channels = this.#context.storage.collection('channels')
    const page = await findPage(channels, {}, parseInput(pageQuery, query), { whole: true })
    return { ...page, items: page.items.map((row) => this.#answer(row)) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<Channel, void, undefined> {
    throwIfAborted(signal)
    for await (const row of findAll(this.#context.storage.collection('channels'), {})) {
      throwIfAborted(signal)
      yield this.#answer(row)
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<Channel> {
    throwIfAborted(signal)
    return this.#answer(await findChannel(this.#context.storage, id))
  }

  async create(input: CreateChannel, { signal }: CallOptions = {}): Promise<Channel> {
    const { audit, clock, events, notifiers, principal, settings, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'channel', object_id: null } as const
    const row = await audit.attempt(principal, subject, async (draft) => {
      const { config: given, ...wanted } = parseInput(createChannel, input)
      draft.note({ details: { type: wanted.type, name: wanted.name } })
      const config = readConfig(notifiers.get(wanted.type), given, settings)
      const now = new Date(clock.now()).toISOString()
      const template = this.#templateOf(wanted.template) ?? null
      return storage.transaction(async (session) => {
        const channels = session.collection('channels')
        const { id } = await channels.insert({
          type: wanted.type,
          name: wanted.name,
          // sealed for its own row, whose id is known only now
          sealed_config: '',
          events: wanted.events ?? defaultEvents,
          template,
          enabled: wanted.enabled ?? true,
          created_at: now,
          updated_at: now,
        })
        await channels.update(id, { sealed_config: this.#seal(id, config) })
        draft.note({ object_id: id })
        await draft.write(session)
        return findChannel(session, id)
      })
    })
    const channel = this.#answer(row)
    events.emit('channel.created', { channel })
    return channel
  }

  async update(id: number, input: UpdateChannel, { signal }: CallOptions = {}): Promise<Channel> {
    const { audit, clock, events, notifiers, principal, settings, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'update', object_type: 'channel', object_id: auditId(id) } as const
    const row = await audit.attempt(principal, subject, async (draft) => {
      const { name } = await findChannel(storage, id)
      const { config: given, ...wanted } = parseInput(updateChannel, input)
      const fields = [...Object.keys(wanted), ...(given === undefined ? [] : ['config'])]
      draft.note({ details: { name: wanted.name ?? name, fields } })
      const changes: Changes<ChannelRow> = {
        name: wanted.name,
        events: wanted.events,
        enabled: wanted.enabled,
        template: this.#templateOf(wanted.template),
        updated_at: new Date(clock.now()).toISOString(),
      }
      return storage.transaction(async (session) => {
        const before = await findChannel(session, id)
        if (given !== undefined) {
          const stored = this.#open(before)
          const config = readConfig(notifiers.get(before.type), given, {
            ...settings,
            ...(stored && { stored }),
          })
          changes.sealed_config = this.#seal(id, config)
        }
        const row = await session.collection('channels').update(id, changes)
        await draft.write(session)
        return row ?? before
      })
    })
    const channel = this.#answer(row)
    events.emit('channel.updated', { channel })
    return channel
  }

  async delete(id: number, { signal }: CallOptions = {}): Promise<Deleted> {
    const { audit, channelSender, clock, events, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'channel', object_id: auditId(id) } as const
    const unsent = await audit.attempt(principal, subject, async (draft) => {
      const { name, type } = await findChannel(storage, id)
      draft.note({ details: { type, name } })
      return storage.transaction(async (session) => {
        const deliveries = session.collection('deliveries')
        const pending = await deliveries.find({ where: { channel_id: id, status: 'pending' } })
        const ended = {
          status: 'failed',
          response: 'The channel was deleted.',
          next_attempt_at: null,
          finished_at: new Date(clock.now()).toISOString(),
        } as const
        await deliveries.updateWhere({ channel_id: id, status: 'pending' }, ended)
        await session.collection('channels').delete(id)
        await draft.write(session)
        return pending.map((delivery) => toDelivery({ ...delivery, ...ended }))
      })
    })
    channelSender.forget(id)
    for (const delivery of unsent) events.emit('delivery.finished', { delivery })
    events.emit('channel.deleted', { id })
    return { id, deleted: true }
  }

  /**
   * No delivery is recorded: the answer says all there is to know, and nothing is tried again.
   * @throws RATE_LIMITED with `details.retry_after_seconds` while the provider takes no further message
   */
  async test(id: number, { signal }: CallOptions = {}): Promise<ChannelTest> {
    const { audit, channelSender, clock, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'test', object_type: 'channel', object_id: auditId(id) } as const
    const tested = await audit.attempt(principal, subject, async (draft) => {
      const channel = await findChannel(storage, id)
      draft.note({ details: { type: channel.type, name: channel.name } })
      const message = {
        event: 'test',
        title: '[测试] gitferry 测试通知',
        text: `这是一条来自 gitferry 的测试通知。\n渠道：${channel.name}`,
        id: `gitferry-test-${clock.newId()}`,
      } as const
      // nothing may come between this and the send, or two would pass for the last place
      refuseTooSoon(channelSender.freeAt(channel) - clock.now())
      const result = await channelSender.send(channel, message, { signal })
      draft.note({ details: { success: result.ok, message: result.message } })
      if (result.isUnanswered) draft.doubt()
      await storage.transaction((session) => draft.write(session, failureOf(result, signal)))
      return { success: result.ok, message: result.message }
    })
    // not before there is an entry of what was sent
    throwIfAborted(signal)
    return tested
  }

  #answer(row: ChannelRow): Channel {
    const { sealed_config: _, version: __, ...shown } = row
    const notifier = this.#context.notifiers.find(row.type)
    const config = notifier && this.#open(row)
    return { ...shown, config: config === undefined ? {} : maskConfig(notifier!, config) }
  }

  /** A config that cannot be read must not hide its channel, which could not be mended or deleted then. */
  #open(row: ChannelRow): ChannelConfig | undefined {
    try {
      return JSON.parse(this.#context.sealed.unseal(row.sealed_config, configPlace(row.id)))
    } catch (error) {
      this.#context.logger.error('the config of a channel cannot be read', { channel_id: row.id, error })
      return undefined
    }
  }

  #seal(id: number, config: ChannelConfig): string {
    return this.#context.sealed.seal(JSON.stringify(config), configPlace(id))
  }

  /** An empty template is none. */
  #templateOf(given: string | null | undefined): string | null | undefined {
    if (!given) return given === undefined ? undefined : null
    checkTemplate(given, exampleValues(this.#context.clock.now()))
    return given
  }
}

/** @throws RATE_LIMITED */
function refuseTooSoon(waitMs: number): void {
  if (waitMs <= 0) return
  const retry_after_seconds = Math.ceil(waitMs / 1_000)
  throw new GitferryError(
    'RATE_LIMITED',
    `The provider of this channel takes no further message now. Try the channel out in ${retry_after_seconds} s.`,
    { details: { retry_after_seconds } },
  )
}

function failureOf(result: SendResult, signal: AbortSignal | undefined) {
  if (result.ok) return undefined
  if (result.isUnanswered && signal?.aborted) return { error_code: 'ABORTED' } as const
  return { error_code: result.kind === 'transient' ? 'NOTIFIER_UNREACHABLE' : 'NOTIFIER_REFUSED' } as const
}
