import type { NotifierAdapter } from '../ports/index.ts'

type Rate = NotifierAdapter['rate']

/** What was sent to one channel. */
interface Spending {
  /** When the messages ended that still count, the oldest first. */
  sentAt: number[]
  underWay: number
  heldUntil: number
}

/**
 * How many messages a provider takes, kept per channel: never more than so many within any stretch of so many ms. A
 * bucket that refills would let twice as many through in its first stretch, and DingTalk answers the 21st message of a
 * minute with ten minutes of silence.
 */
export class SendBudget {
  readonly #channels = new Map<number, Spending>()

  /** Channels that are remembered. */
  get size(): number {
    return this.#channels.size
  }

  /** When the next message of a channel may go, in ms since 1970; not later than `now` when it may go now. */
  freeAt(channelId: number, { messages, perMs }: Rate, now: number): number {
    const spending = this.#channels.get(channelId)
    if (spending === undefined) return now
    const { sentAt, underWay, heldUntil } = spending
    const counted = [...recent(sentAt, perMs, now), ...Array<number>(underWay).fill(now)]
    const oldest = counted.at(-messages)
    return Math.max(oldest === undefined ? now : oldest + perMs, heldUntil)
  }

  /**
   * Counts a message that begins to be sent. Answers what is to be called with the time when it ended: it counts from
   * then on, as the provider counts from when it came.
   */
  begin(channelId: number, { perMs }: Rate): (now: number) => void {
    const spending = this.#channels.get(channelId) ?? { sentAt: [], underWay: 0, heldUntil: 0 }
    this.#channels.set(channelId, spending)
    spending.underWay += 1
    return (now) => {
      spending.underWay -= 1
      spending.sentAt = [...recent(spending.sentAt, perMs, now), now]
    }
  }

  /** The provider of a message under way asked for patience. */
  hold(channelId: number, until: number): void {
    const spending = this.#channels.get(channelId)
    if (spending) spending.heldUntil = until
  }

  /** Drops a channel that is no more. */
  forget(channelId: number): void {
    this.#channels.delete(channelId)
  }
}

const recent = (times: readonly number[], perMs: number, now: number): number[] =>
  times.filter((at) => at > now - perMs)
