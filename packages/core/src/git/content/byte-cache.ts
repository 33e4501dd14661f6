import { SharedWork } from '../shared-work.ts'

interface Kept {
  readonly value: unknown
  readonly bytes: number
}

/**
 * Values that never change under their key, in memory: the ones that were wanted last, up to a number of bytes. What
 * several callers ask for at once is made once.
 */
export class ByteCache {
  readonly #maxBytes: number
  /** The one that was wanted last is last. */
  readonly #kept = new Map<string, Kept>()
  readonly #making = new SharedWork<string, unknown>()
  #bytes = 0

  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** A key stands for one kind of value. */
  get<Value>(key: string): Value | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    return kept.value as Value
  }

  /** `bytes`: about how much memory the value takes. One that takes more than a quarter of all is not kept. */
  set(key: string, value: unknown, bytes: number): void {
    this.#drop(key)
    const size = bytes + 2 * key.length
    if (size > this.#maxBytes / 4) return
    this.#kept.set(key, { value, bytes: size })
    this.#bytes += size
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.#drop(oldest)
    }
  }

  /** What is kept under the key, else what `make` makes; it is given up when nobody waits for it any more. @throws ABORTED; what `make` throws */
  async getOrMake<Value>(
    key: string,
    signal: AbortSignal | undefined,
    make: (signal: AbortSignal) => Promise<Value>,
    bytesOf: (value: Value) => number,
  ): Promise<Value> {
    const kept = this.get<Value>(key)
    if (kept !== undefined) return kept
    return (await this.#making.join(key, signal, async (shared) => {
      const value = await make(shared)
      this.set(key, value, bytesOf(value))
      return value
    })) as Value
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0
    this.#kept.delete(key)
  }
}
