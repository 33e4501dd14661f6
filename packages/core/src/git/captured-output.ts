/** Collects a stream whole, up to a cap. */
export class CappedBuffer {
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @returns whether the stream is still within its cap; once it is not, nothing is kept any more */
  push(chunk: Buffer): boolean {
    this.#bytes += chunk.length
    if (this.#bytes > this.#maxBytes) {
      this.#chunks = []
      return false
    }
    this.#chunks.push(chunk)
    return true
  }

  take(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
  }
}

/** Collects the end of a stream: what a failing program says last is why. */
export class TailBuffer {
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  #bytes = 0
  #isCut = false

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > 2 * this.#maxBytes) this.#cut()
  }

  /** Whether the stream was longer than what is kept. */
  get isCut(): boolean {
    return this.#isCut || this.#bytes > this.#maxBytes
  }

  take(): string {
    if (this.#bytes > this.#maxBytes) this.#cut()
    return Buffer.concat(this.#chunks).toString('utf8')
  }

  #cut(): void {
    const tail = Buffer.concat(this.#chunks).subarray(-this.#maxBytes)
    this.#chunks = [Buffer.from(tail)]
    this.#bytes = tail.length
    this.#isCut = true
  }
}
