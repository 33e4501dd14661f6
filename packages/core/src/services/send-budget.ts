/**
 * How many messages a provider takes, kept per channel: never more than so many within any stretch of so many ms. A
 * bucket that refills would let twice as many through in its first stretch, and DingTalk answers the 21st message of a
 * minute with ten minutes of silence.
 */
export class SendBudget {
  readonly #sentAt = new Map<number, number[]>()
  readonly #heldUntil = new Map<number, number>()

  /** When the next message of a channel may go, in ms since 1970; not later than `now` when it may go now. */
  freeAt(
    channelId: number,
    { messages, perMs }: { readonly messages: number; readonly perMs: number },
    now: number,
  ): number {
    const recent = (this.#sentAt.get(channelId) ?? []).filter((at) => at > now - perMs)
    this.#sentAt.set(channelId, recent)
    const oldest = recent.at(-messages)
    return Math.max(oldest === undefined ? now : oldest + perMs, this.#heldUntil.get(channelId) ?? 0)
  }

  /** Counts a message, from when it was taken: the provider counts from when it came. */
  spend(channelId: number, now: number): void {
    const sent = this.#sentAt.get(channelId) ?? []
    this.#sentAt.set(channelId, [...sent, now])
  }

  /** The provider asked for patience. */
  hold(channelId: number, until: number): void {
    this.#heldUntil.set(channelId, until)
  }
}
