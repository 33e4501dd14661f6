import type { Clock } from '../ports/index.ts'

const windowMs = 60_000
/** Requests that came within this time of each other are kept as one group. */
const groupMs = 1_000
const mostCallers = 10_000

/** Requests that came close together; they are forgotten when the last one is a minute old. */
interface Group {
  readonly first: number
  last: number
  count: number
}

export interface RateLimiterOptions {
  /** Requests a minute that one caller may make. */
  readonly perMinute: number
  readonly clock: Pick<Clock, 'now'>
  /** Callers remembered at the same time; beyond them the one not heard of for longest is forgotten. Default 10,000. */
  readonly maxCallers?: number | undefined
}

/**
 * Counts the requests of each caller over the last minute, so that no minute, wherever it begins, holds more than the
 * limit (a bucket that fills up again would let twice as many pass). A refused request is not counted. Memory is
 * bounded, whatever the limit: groups of a second, about sixty a caller.
 */
export class RateLimiter {
  readonly #perMinute: number
  readonly #clock: Pick<Clock, 'now'>
  readonly #maxCallers: number
  /** In the order in which callers were last let in. */
  readonly #callers = new Map<string, Group[]>()

  constructor({ perMinute, clock, maxCallers = mostCallers }: RateLimiterOptions) {
    this.#perMinute = perMinute
    this.#clock = clock
    this.#maxCallers = maxCallers
  }

  /** Callers that are remembered. */
  get size(): number {
    return this.#callers.size
  }

  /** Lets a request in and counts it: 0. Else how many ms until the next one may come, at most 60,000. */
  take(caller: string): number {
    const now = this.#clock.now()
    const groups = (this.#callers.get(caller) ?? []).filter(({ last }) => last + windowMs > now)
    const count = groups.reduce((sum, group) => sum + group.count, 0)
    const [oldest] = groups
    if (oldest !== undefined && count >= this.#perMinute) {
      this.#callers.set(caller, groups)
      return oldest.last + windowMs - now
    }
    const newest = groups.at(-1)
    if (newest !== undefined && now - newest.first < groupMs) {
      newest.last = now
      newest.count += 1
    } else groups.push({ first: now, last: now, count: 1 })
    this.#callers.delete(caller)
    this.#callers.set(caller, groups)
    this.#forget(now)
    return 0
  }

  /** Drops who has been silent for a minute, and, past the limit, who has been silent for longest. */
  #forget(now: number): void {
    for (const [caller, groups] of this.#callers) {
      const isSilent = (groups.at(-1)?.last ?? 0) + windowMs <= now
      if (!isSilent && this.#callers.size <= this.#maxCallers) return
      this.#callers.delete(caller)
    }
  }
}
