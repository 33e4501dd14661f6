import { networkOf } from '@gitferry/core'
import { type Allowance, BodyAllowance } from './body-allowance.ts'

/** An allowance of which the bodies of one address, of IPv6 of one /64, may take no more than a part. */
export class SharedAllowance {
  readonly #all: BodyAllowance
  readonly #limitBytesOfOne: number
  /** Of those whose bodies are coming in now. */
  readonly #ofOne = new Map<string, BodyAllowance>()

  constructor({
    limitBytes,
    limitBytesOfOne,
  }: {
    readonly limitBytes: number
    readonly limitBytesOfOne: number
  }) {
    this.#all = new BodyAllowance({ limitBytes })
    this.#limitBytesOfOne = limitBytesOfOne
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#ofOne.size
  }

  /** The allowance of a plain address; of callers whose address nobody knows (`''`), of all of them. */
  of(address: string): Allowance {
    const network = address === '' ? '' : networkOf(address)
    return {
      take: (bytes) => {
        const own = this.#ofOne.get(network) ?? new BodyAllowance({ limitBytes: this.#limitBytesOfOne })
        own.take(bytes)
        try {
          this.#all.take(bytes)
        } catch (error) {
          own.giveBack(bytes)
          throw error
        }
        this.#ofOne.set(network, own)
      },
      giveBack: (bytes) => {
        const own = this.#ofOne.get(network)
        // of a body that had not begun to come in, nothing was taken
        if (own === undefined) return
        own.giveBack(bytes)
        this.#all.giveBack(bytes)
        if (own.takenBytes === 0) this.#ofOne.delete(network)
      },
    }
  }
}
