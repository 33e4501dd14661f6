import type { ChannelRow, DeliveryRow, RepoRow } from '../contract/index.ts'
import { composeMessage, type Occurrence } from '../notifications/index.ts'
import type { Clock, Logger, StorageSession } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import { toDelivery } from './to-delivery.ts'
import { isNews } from './told-channels.ts'

/**
 * Where the engine says what happened; it knows no channel. It says so inside the transaction that stores what
 * happened, and not by an event after it: a crash between commit and event would lose a notification.
 */
export interface Outbox {
  /** Stores what is to be told, in the caller's transaction. What it answers is called after the commit. */
  add(session: StorageSession, occurrences: readonly Occurrence[]): Promise<() => void>
}

/** Makes of an occurrence one pending delivery for each channel that listens for it and to which it is news. */
export class DeliveryOutbox implements Outbox {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #events: EventBus
  readonly #wakeDispatcher: () => void

  constructor(deps: {
    readonly clock: Clock
    readonly logger: Logger
    readonly events: EventBus
    /** Tells the dispatcher that there is something to send. */
    readonly wakeDispatcher: () => void
  }) {
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#events = deps.events
    this.#wakeDispatcher = deps.wakeDispatcher
  }

  async add(session: StorageSession, occurrences: readonly Occurrence[]): Promise<() => void> {
    if (occurrences.length === 0) return () => {}
    const channels = await session.collection('channels').find({ where: { enabled: true } })
    const added: DeliveryRow[] = []
    for (const occurrence of occurrences) {
      const listening = channels.filter(({ events }) => events.includes(occurrence.event))
      if (listening.length === 0) continue
      const repo = occurrence.task && (await session.collection('repos').get(occurrence.task.repo_id))
      for (const channel of listening) {
        if (!(await isNews(session, channel, occurrence, this.#clock.now()))) continue
        added.push(await this.#insert(session, { channel, occurrence, repo }))
      }
    }
    return () => this.#announce(added)
  }

  #insert(
    session: StorageSession,
    { channel, occurrence, repo }: { channel: ChannelRow; occurrence: Occurrence; repo: RepoRow | undefined },
  ): Promise<DeliveryRow> {
    const now = this.#clock.now()
    const { title, text, problem } = composeMessage(occurrence, { repo, now, template: channel.template })
    if (problem !== undefined) {
      this.#logger.warn('the template of a channel failed; the default text was used', {
        channel_id: channel.id,
        error: problem,
      })
    }
    const at = new Date(now).toISOString()
    return session.collection('deliveries').insert({
      channel_id: channel.id,
      event: occurrence.event,
      task_id: occurrence.task?.id ?? null,
      run_id: occurrence.run?.id ?? null,
      title,
      text,
      status: 'pending',
      attempts: 0,
      response: null,
      next_attempt_at: at,
      created_at: at,
      finished_at: null,
    })
  }

  #announce(added: readonly DeliveryRow[]): void {
    for (const row of added) this.#events.emit('delivery.queued', { delivery: toDelivery(row) })
    if (added.length > 0) this.#wakeDispatcher()
  }
}
