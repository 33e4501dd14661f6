import { type AskedRefs, PushCommandReader } from './push-command-reader.ts'

/**
 * Stands between a client that pushes and git: lets the list of refs through but for its end, without which git does
 * nothing, until `open` is called; and asks before each chunk that follows. A list that is too long ends the push
 * (PAYLOAD_TOO_LARGE).
 */
export class PushGate implements AsyncIterable<Uint8Array> {
  readonly #input: AsyncIterable<Uint8Array>
  readonly #asked = Promise.withResolvers<AskedRefs | undefined>()
  readonly #opened = Promise.withResolvers<() => Promise<void>>()

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input
  }

  /** What the client asks for, once it has said all of it; `undefined`: nothing. Settles when the input ends at the latest. */
  get asked(): Promise<AskedRefs | undefined> {
    return this.#asked.promise
  }

  /** `pass`: asked before each chunk from now on, the end of the list first; what it throws ends the push. */
  open(pass: () => Promise<void>): void {
    this.#opened.resolve(pass)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = new PushCommandReader()
    const chunks = this.#input[Symbol.asyncIterator]()
    let isListed = false
    let pass: (() => Promise<void>) | undefined
    try {
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
        if (!isListed && reader.push(next.value)) {
          isListed = true
          if (reader.asked.total > 0) {
            this.#asked.resolve(reader.asked)
            pass = await this.#opened.promise
          }
        }
        await pass?.()
        yield next.value
      }
    } finally {
      this.#asked.resolve(undefined)
    }
  }
}
