import { GitferryError } from '../../errors/index.ts'
import { type MovedRef, parseMovedRef } from './push-commands.ts'

/** The refs that a client asks to be moved. */
export interface AskedRefs {
  /** The first of them. */
  readonly refs: readonly MovedRef[]
  readonly total: number
}

/** How many refs of one push are remembered: for the audit log, and the event. */
const remembered = 100

/** git keeps the whole list in memory: a hundred thousand refs or more fit. In bytes. */
const longestList = 32 * 1024 * 1024

/**
 * Reads along in what a client sends to `receive-pack`, up to the end of its list of refs (gitprotocol-pack(5)): packets
 * of four hexadecimal digits of length each, and one of length 0 at the end. A packet whose meaning is not known counts
 * as a ref, so that nothing passes for a push of nothing. Keeps no more than one packet.
 */
export class PushCommandReader {
  readonly #refs: MovedRef[] = []
  #total = 0
  #bytes = 0
  #rest = Buffer.alloc(0)
  #isDone = false

  /** @returns whether the list has ended, with this chunk or before @throws PAYLOAD_TOO_LARGE once it has more than 32 MiB */
  push(chunk: Uint8Array): boolean {
    if (this.#isDone) return true
    let rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk])
    while (!this.#isDone && rest.length >= 4) {
      const length = lengthOf(rest.toString('latin1', 0, 4))
      // the end of the list; or what git gives up at
      if (length < 4) this.#isDone = true
      else if (rest.length < length) break
      else {
        this.#take(rest.subarray(4, length))
        rest = rest.subarray(length)
      }
    }
    this.#rest = this.#isDone ? Buffer.alloc(0) : Buffer.from(rest)
    return this.#isDone
  }

  get asked(): AskedRefs {
    return { refs: this.#refs, total: this.#total }
  }

  #take(packet: Buffer): void {
    this.#bytes += packet.length + 4
    if (this.#bytes > longestList) {
      throw new GitferryError(
        'PAYLOAD_TOO_LARGE',
        `The list of refs of one push must have at most ${longestList} bytes. Push fewer refs at a time.`,
        { details: { limit_bytes: longestList } },
      )
    }
    const text = packet.toString('utf8')
    if (text.startsWith('shallow ')) return
    this.#total += 1
    if (this.#refs.length >= remembered) return
    const ref = parseMovedRef(text)
    if (ref !== undefined) this.#refs.push(ref)
  }
}

/** @returns 0 where it is no length */
const lengthOf = (text: string): number => (/^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : 0)
