import { networkOf } from '@gitferry/core'
import type { Clock } from '@gitferry/core/ports'
import { isLoopback } from '../address.ts'

const windowMs = 60_000
const mostNetworks = 10_000

/**
 * Who has tried keys that open nothing too often: no further connection of theirs is taken until a minute is over. One
 * address counts for itself, an IPv6 address for its /64. This machine is never kept out: a proxy in front is one address.
 */
export class FailedLogins {
  readonly #clock: Pick<Clock, 'now'>
  readonly #most: number
  /** The oldest first. */
  readonly #failed = new Map<string, { readonly since: number; count: number }>()

  /** `most`: connections in a minute that may end without a key that opens something. */
  constructor({ clock, most }: { readonly clock: Pick<Clock, 'now'>; readonly most: number }) {
    this.#clock = clock
    this.#most = most
  }

  /** Networks that are remembered. */
  get size(): number {
    return this.#failed.size
  }

  /** Takes plain addresses. */
  isKeptOut(address: string): boolean {
    const failed = this.#failed.get(networkOf(address))
    return failed !== undefined && !this.#isOver(failed.since) && failed.count >= this.#most
  }

  count(address: string): void {
    if (isLoopback(address)) return
    const network = networkOf(address)
    const failed = this.#failed.get(network)
    if (failed !== undefined && !this.#isOver(failed.since)) {
      failed.count += 1
      return
    }
    this.#failed.delete(network)
    this.#failed.set(network, { since: this.#clock.now(), count: 1 })
    for (const [old, { since }] of this.#failed) {
      if (!this.#isOver(since) && this.#failed.size <= mostNetworks) break
      this.#failed.delete(old)
    }
  }

  #isOver(since: number): boolean {
    return this.#clock.now() - since >= windowMs
  }
}
