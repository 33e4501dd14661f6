import type { ChannelRow, DeliveryRow } from '../contract/index.ts'
import type { Changes, Clock, Logger, NotifierResult } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { afterAttempt } from './after-attempt.ts'
import type { ChannelSender } from './channel-sender.ts'
import { toDelivery } from './to-delivery.ts'
import { WakeLoop } from './wake-loop.ts'

/** Other nodes write deliveries too, so the timer never sleeps longer. */
const longestSleepMs = 30_000
/** Longer than a send can take: one that a crash cut off is due again after this. */
const leaseMs = 20_000
/** Node fires a longer timer at once. */
const longestTimerMs = 2 ** 31 - 1

const disabled: NotifierResult = { ok: false, kind: 'config', message: 'The channel is disabled.' }

/**
 * Sends what is pending: one message of a channel at a time, its oldest first, as fast as its provider takes them. A
 * delivery is claimed by a compare-and-swap, so any number of nodes can do this at once, and is marked as sent after
 * the provider took it: at least once, under the same message id.
 */
export class DeliveryDispatcher {
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #events: EventBus
  readonly #sender: ChannelSender
  readonly #random: () => number
  /** The channels that are being sent to. */
  readonly #lanes = new Map<number, Promise<void>>()
  readonly #lookAgain = new Set<number>()
  readonly #abort = new AbortController()
  readonly #loop: WakeLoop

  constructor(deps: {
    readonly storage: ManagedStorage
    readonly clock: Clock
    readonly logger: Logger
    readonly events: EventBus
    readonly sender: ChannelSender
    /** A number from 0 to below 1. */
    readonly random: () => number
  }) {
    this.#storage = deps.storage
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#events = deps.events
    this.#sender = deps.sender
    this.#random = deps.random
    this.#loop = new WakeLoop({ clock: deps.clock, turn: () => this.#tick() })
  }

  start(): void {
    this.#loop.start()
  }

  /**
   * Begins no further send and waits for those under way, which are given up when the time is over; they are sent
   * again at the next start. May be called twice.
   */
  async stop({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    const timer = setTimeout(() => this.#abort.abort(), Math.min(timeoutMs, longestTimerMs))
    try {
      await this.#loop.stop()
      await Promise.all(this.#lanes.values())
    } finally {
      clearTimeout(timer)
    }
  }

  /** Looks at the deliveries now: something about them has changed. */
  wake(): void {
    this.#loop.wake()
  }

  /** Begins to send what is due; answers how long there will be nothing. */
  async #tick(): Promise<number> {
    let sleepMs = longestSleepMs
    try {
      const now = this.#clock.now()
      if (await this.#earliest({ lt: isoTime(now + 1) })) {
        const channels = await this.#storage.collection('channels').find()
        for (const channel of channels) this.#serve(channel.id)
      }
      const next = await this.#earliest({ gte: isoTime(now + 1) })
      if (next) sleepMs = Date.parse(next.next_attempt_at!) - now
    } catch (error) {
      this.#logger.error('the pending deliveries could not be read; they are read again', { error })
    }
    return Math.min(sleepMs, longestSleepMs)
  }

  async #earliest(due: { readonly gte: string } | { readonly lt: string }): Promise<DeliveryRow | undefined> {
    const [earliest] = await this.#storage.collection('deliveries').find({
      where: { status: 'pending', next_attempt_at: due },
      order: [{ by: 'next_attempt_at' }],
      limit: 1,
    })
    return earliest
  }

  /** Sends what is due of one channel; where that is being done, it looks once more at the end. */
  #serve(channelId: number): void {
    if (!this.#loop.isRunning) return
    if (this.#lanes.has(channelId)) {
      this.#lookAgain.add(channelId)
      return
    }
    const lane = this.#sendDue(channelId).then(
      (hasChanged) => {
        this.#lanes.delete(channelId)
        if (this.#lookAgain.delete(channelId)) this.#serve(channelId)
        // the timer knows nothing yet of what was put off
        if (hasChanged) this.wake()
      },
      (error: unknown) => {
        this.#lanes.delete(channelId)
        this.#logger.error('the deliveries of a channel stopped; they go on within half a minute', {
          channel_id: channelId,
          error,
        })
      },
    )
    this.#lanes.set(channelId, lane)
  }

  /** Answers whether there was something due. */
  async #sendDue(channelId: number): Promise<boolean> {
    for (let hasChanged = false; ; hasChanged = true) {
      const channel = await this.#storage.collection('channels').get(channelId)
      const due = channel && (await this.#nextOf(channel))
      if (due === undefined || !this.#loop.isRunning) return hasChanged
      const freeAt = this.#sender.freeAt(channel!)
      if (!channel!.enabled) await this.#record(due, this.#outcome(disabled, due))
      else if (freeAt > this.#clock.now()) await this.#putOff(channelId, freeAt)
      else if (await this.#claim(due)) await this.#attempt(channel!, { ...due, attempts: due.attempts + 1 })
    }
  }

  async #nextOf(channel: ChannelRow): Promise<DeliveryRow | undefined> {
    const [due] = await this.#storage.collection('deliveries').find({
      where: {
        channel_id: channel.id,
        status: 'pending',
        next_attempt_at: { lt: isoTime(this.#clock.now() + 1) },
      },
      limit: 1,
    })
    return due
  }

  /** Everything of the channel waits, in the storage, so that a restart does not forget it. */
  async #putOff(channelId: number, until: number): Promise<void> {
    const at = isoTime(until)
    const where = { channel_id: channelId, status: 'pending', next_attempt_at: { lt: at } } as const
    await this.#storage.collection('deliveries').updateWhere(where, { next_attempt_at: at })
  }

  async #claim({ id, attempts }: DeliveryRow): Promise<boolean> {
    const changes = { attempts: attempts + 1, next_attempt_at: isoTime(this.#clock.now() + leaseMs) }
    const where = { id, status: 'pending', attempts } as const
    return (await this.#storage.collection('deliveries').updateWhere(where, changes)) === 1
  }

  async #attempt(channel: ChannelRow, delivery: DeliveryRow): Promise<void> {
    const freeAt = this.#sender.freeAt(channel)
    // somebody tried the channel out while the delivery was being claimed
    if (freeAt > this.#clock.now()) return this.#release(delivery, { next_attempt_at: isoTime(freeAt) })
    const { event, title, text } = delivery
    const message = { event, title, text, id: `gitferry-delivery-${delivery.id}` }
    const result = await this.#sender.send(channel, message, { signal: this.#abort.signal })
    if (!result.ok && this.#abort.signal.aborted) {
      // given up on a stop's word, not on the provider's: due again at the next start
      const next_attempt_at = isoTime(this.#clock.now())
      return this.#release(delivery, { next_attempt_at, response: result.message })
    }
    await this.#record(delivery, this.#outcome(result, delivery))
  }

  /** Ends a claim whose attempt is none of the tries that a delivery has. */
  #release(delivery: DeliveryRow, changes: Changes<DeliveryRow>): Promise<void> {
    return this.#record(delivery, { ...changes, attempts: delivery.attempts - 1 })
  }

  #outcome(result: NotifierResult, { attempts }: DeliveryRow) {
    return afterAttempt(result, { attempts, now: this.#clock.now(), random: this.#random })
  }

  /** Nothing is stored where the channel was deleted meanwhile, or another node claimed it after this one's lease. */
  async #record({ id, attempts }: DeliveryRow, changes: Changes<DeliveryRow>): Promise<void> {
    const deliveries = this.#storage.collection('deliveries')
    const where = { id, status: 'pending', attempts } as const
    if ((await deliveries.updateWhere(where, changes)) === 0 || !changes.finished_at) return
    const row = await deliveries.get(id)
    if (row) this.#events.emit('delivery.finished', { delivery: toDelivery(row) })
  }
}

const isoTime = (ms: number): string => new Date(ms).toISOString()
