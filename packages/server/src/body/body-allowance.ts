import { GitferryError } from '@gitferry/core/errors'

/** By then every body that is being read now has come, or its connection was cut off. */
const retry_after_seconds = 30

export interface Allowance {
  /** Takes so many bytes more, or none. @throws RATE_LIMITED with `details.retry_after_seconds` */
  take(bytes: number): void
  giveBack(bytes: number): void
}

/** The memory that the bodies of several requests may take together while they come in. */
export class BodyAllowance implements Allowance {
  readonly #limitBytes: number
  #takenBytes = 0

  constructor({ limitBytes }: { readonly limitBytes: number }) {
    this.#limitBytes = limitBytes
  }

  /** What is taken now, in bytes. */
  get takenBytes(): number {
    return this.#takenBytes
  }

  take(bytes: number): void {
    if (this.#takenBytes + bytes > this.#limitBytes) {
      throw new GitferryError(
        'RATE_LIMITED',
        `Too many request bodies are coming in at the same time. Send this one again in ${retry_after_seconds} s.`,
        { details: { retry_after_seconds } },
      )
    }
    this.#takenBytes += bytes
  }

  giveBack(bytes: number): void {
    this.#takenBytes -= bytes
  }
}
