/** Reads numbers and strings as SSH writes them (RFC 4251, section 5). */
export class SshWireReader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#offset === this.#bytes.length
  }

  /** @throws RangeError at the end of the bytes */
  bytes(length: number): Buffer {
    if (length > this.#bytes.length - this.#offset) throw new RangeError('The bytes end here.')
    const start = this.#offset
    this.#offset += length
    return this.#bytes.subarray(start, this.#offset)
  }

  /** @throws RangeError at the end of the bytes */
  uint32(): number {
    return this.bytes(4).readUInt32BE()
  }

  /** @throws RangeError at the end of the bytes */
  string(): Buffer {
    return this.bytes(this.uint32())
  }

  /** @throws RangeError at the end of the bytes */
  text(): string {
    return this.string().toString('latin1')
  }
}
