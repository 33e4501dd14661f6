/** Data as SSH writes it (RFC 4251, section 5). */

/** `uint32`, four bytes, the highest first. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** `string`: its length, then its bytes. */
export function sshString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([uint32(bytes.length), bytes])
}

/** `mpint`: a positive number as short as can be, with a zero before a highest bit that would make it negative. */
export function mpint(unsigned: Uint8Array): Buffer {
  const first = unsigned.findIndex((byte) => byte !== 0)
  if (first === -1) return sshString('')
  const digits = unsigned.subarray(first)
  return sshString(digits[0]! < 0x80 ? digits : Buffer.concat([Buffer.of(0), digits]))
}

/** Reads what another program wrote: every answer is `undefined` where the bytes end too early. */
export class SshReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  uint32(): number | undefined {
    if (this.#at + 4 > this.#bytes.length) return undefined
    const value = this.#bytes.readUInt32BE(this.#at)
    this.#at += 4
    return value
  }

  string(): Buffer | undefined {
    const length = this.uint32()
    if (length === undefined || this.#at + length > this.#bytes.length) return undefined
    const value = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return value
  }
}
