/** How much of the end of a field that is too long is kept. In bytes. */
const tailBytes = 16

export interface NulFieldsOptions {
  /** Of a longer field the first so many bytes are kept, and its last 16. Default 1 MiB. */
  readonly maxBytes?: number | undefined
  readonly onField: (field: Buffer) => void
}

/** Parts a stream at its NULs, as git prints with `-z`. Holds no more of it than one field. */
export class NulFields {
  readonly #maxBytes: number
  readonly #onField: (field: Buffer) => void
  #pieces: Buffer[] = []
  #bytes = 0
  #tail: Buffer = Buffer.alloc(0)

  constructor({ maxBytes = 1024 * 1024, onField }: NulFieldsOptions) {
    this.#maxBytes = maxBytes
    this.#onField = onField
  }

  push(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
      this.#add(chunk.subarray(start, end))
      this.#take()
      start = end + 1
    }
    if (start < chunk.length) this.#add(chunk.subarray(start))
  }

  /** What came after the last NUL is a field, too, if there is any. */
  end(): void {
    if (this.#bytes > 0 || this.#tail.length > 0) this.#take()
  }

  #add(piece: Buffer): void {
    const room = this.#maxBytes - this.#bytes
    if (room > 0) {
      const kept = piece.subarray(0, room)
      this.#pieces.push(kept)
      this.#bytes += kept.length
    }
    if (piece.length > room) {
      this.#tail = Buffer.concat([
        this.#tail,
        piece.subarray(Math.max(room, piece.length - tailBytes)),
      ]).subarray(-tailBytes)
    }
  }

  #take(): void {
    const pieces = this.#tail.length > 0 ? [...this.#pieces, this.#tail] : this.#pieces
    this.#pieces = []
    this.#bytes = 0
    this.#tail = Buffer.alloc(0)
    this.#onField(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces))
  }
}
