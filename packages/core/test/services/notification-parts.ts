import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import type { GitferryEventName, NotificationEvent, Principal } from '../../src/contract/index.ts'
import { parseAllowOutgoing } from '../../src/git/outgoing-rules.ts'
import { exampleOccurrence, exampleRepo, type Occurrence } from '../../src/notifications/index.ts'
import type {
  LogFields,
  NotificationMessage,
  NotifierAdapter,
  NotifierResult,
} from '../../src/ports/index.ts'
import { EventBus } from '../../src/runtime/event-bus.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { AuditLog } from '../../src/services/audit-log.ts'
import { ChannelSender } from '../../src/services/channel-sender.ts'
import { ChannelsService } from '../../src/services/channels.ts'
import type { ServiceContext } from '../../src/services/context.ts'
import { DeliveriesService } from '../../src/services/deliveries.ts'
import { DeliveryDispatcher } from '../../src/services/delivery-dispatcher.ts'
import { Notifiers } from '../../src/services/notifiers.ts'
import { DeliveryOutbox } from '../../src/services/outbox.ts'
import { SealedValues } from '../../src/services/sealed-values.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'

export const principal: Principal = { user: 'alice' }

type Reaction = NotifierResult | 'hang' | 'ignore the signal' | 'throw'

/** A notifier whose provider does what the test says; it keeps what it was asked to send. */
export class BoardNotifier implements NotifierAdapter {
  readonly type: string = 'board'
  readonly secretFields = ['secret']
  readonly urlFields = ['webhook']
  rate = { messages: 1_000, perMs: 1_000 }
  readonly sent: { message: NotificationMessage; config: unknown; at: number }[] = []
  /** What the next sends come to; after the last one, everything is taken. */
  readonly reactions: Reaction[] = []

  parseConfig(input: unknown) {
    const { webhook, secret, colour } = Object(input) as Record<string, unknown>
    if (typeof webhook !== 'string' || !URL.canParse(webhook)) {
      return { ok: false, field: 'webhook', problem: 'must be a URL' } as const
    }
    if (secret !== undefined && typeof secret !== 'string') {
      return { ok: false, field: 'secret', problem: 'must be text' } as const
    }
    const config = {
      webhook,
      ...(secret !== undefined && { secret }),
      ...(typeof colour === 'string' && { colour }),
    }
    return { ok: true, config } as const
  }

  maskUrl(webhook: string): string {
    const url = new URL(webhook)
    if (url.searchParams.has('token')) url.searchParams.set('token', '***')
    return url.href
  }

  async send(
    message: NotificationMessage,
    config: unknown,
    { now, signal }: Parameters<NotifierAdapter['send']>[2],
  ): Promise<NotifierResult> {
    this.sent.push({ message, config, at: now })
    const reaction = this.reactions.shift() ?? { ok: true, message: 'ok' }
    if (reaction === 'throw') throw new TypeError('a defect')
    if (reaction === 'ignore the signal') return new Promise(() => {})
    if (reaction !== 'hang') return reaction
    return new Promise((resolve) => {
      const givenUp = () => resolve({ ok: false, kind: 'transient', message: 'given up' })
      signal.addEventListener('abort', givenUp)
    })
  }
}

/** Everything that notifications are made of, over a storage in memory and a clock that the test moves. */
export async function notificationParts({ key = Buffer.alloc(32, 7), allowed = [] as string[] } = {}) {
  const clock = createTestClock('2026-01-01T00:00:00.000Z')
  const storage = new ManagedStorage(memoryStorage())
  await storage.open()
  const logged: { message: string; fields: LogFields | undefined }[] = []
  const log = (message: string, fields?: LogFields) => void logged.push({ message, fields })
  const logger = { debug: log, info: log, warn: log, error: log }
  const events = new EventBus({ logger })
  const box = aesGcmSecrets({ key })
  await box.open()
  const board = new BoardNotifier()
  const notifiers = new Notifiers([board])
  const fetch = () => Promise.reject(new Error('nothing is sent from here'))
  const sealed = new SealedValues({ box })
  const channelSender = new ChannelSender({ notifiers, sealed, fetch, clock, logger })
  const makeDispatcher = () =>
    new DeliveryDispatcher({ storage, clock, logger, events, sender: channelSender, random: () => 1 })
  const dispatcher = makeDispatcher()
  const wakeDispatcher = () => dispatcher.wake()
  const outbox = new DeliveryOutbox({ clock, logger, events, wakeDispatcher })
  const audit = new AuditLog({ storage, clock, logger, wakeSealer: () => {} })
  audit.open()
  const context = {
    principal,
    storage,
    clock,
    logger,
    events,
    audit,
    sealed,
    notifiers,
    channelSender,
    outbox,
    wakeDispatcher,
    settings: { repoRoots: null, allowOutgoing: allowed.map(parseAllowOutgoing), trustedOwners: [] },
  } as unknown as ServiceContext
  const emitted: { name: GitferryEventName; event: unknown }[] = []
  for (const name of [
    'channel.created',
    'channel.updated',
    'channel.deleted',
    'delivery.queued',
    'delivery.finished',
  ] as const)
    events.on(name, (event) => void emitted.push({ name, event }))
  const { id: _, version: __, ...repo } = exampleRepo
  await storage.collection('repos').insert(repo)

  /** Has the outbox told of something, as the engine does. */
  async function tell(...occurrences: Occurrence[]): Promise<void> {
    const announce = await storage.transaction((session) => outbox.add(session, occurrences))
    announce()
  }

  const channels = new ChannelsService(context)
  const deliveries = new DeliveriesService(context)
  return {
    /** A channel of the board that listens for these events. */
    addChannel: (name: string, events: NotificationEvent[], more: object = {}) =>
      channels.create({
        type: 'board',
        name,
        config: { webhook: 'https://board.example/' },
        events,
        ...more,
      }),
    /** Oldest first. */
    allDeliveries: async () => (await deliveries.list({ page_size: 100 })).items.reverse(),
    /** Starts the dispatcher and lets it do what is due. */
    begin: async () => {
      dispatcher.start()
      await clock.advance(0)
    },
    board,
    channels,
    clock,
    context,
    deliveries,
    dispatcher,
    emitted,
    logged,
    makeDispatcher,
    outbox,
    storage,
    tell,
    tellOf: (...names: Occurrence['event'][]) => tell(...names.map(exampleOccurrence)),
  }
}

export type NotificationParts = Awaited<ReturnType<typeof notificationParts>>
