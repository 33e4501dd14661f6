/** One value of a DER text (X.690): what it is, and its content. */
export interface DerValue {
  readonly tag: number
  readonly content: Buffer
}

/** The tags that key files are made of. */
export const derTags = { integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30 } as const

/**
 * The values that stand side by side in `bytes`.
 * @throws RangeError when they are not DER, or cut off
 */
export function readDer(bytes: Buffer): DerValue[] {
  const values: DerValue[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const tag = bytes[offset]!
    const first = bytes.readUInt8(offset + 1)
    const lengthBytes = first < 0x80 ? 0 : first - 0x80
    // 0x80 alone is BER's "until its end is met"
    if (first === 0x80 || lengthBytes > 4) throw new RangeError('Not a length of DER.')
    const start = offset + 2 + lengthBytes
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(offset + 2, lengthBytes)
    if (length > bytes.length - start) throw new RangeError('The bytes end here.')
    values.push({ tag, content: bytes.subarray(start, start + length) })
    offset = start + length
  }
  return values
}

/** A non-negative integer. Infinity: more than six bytes. @throws RangeError when it is none */
export function derInteger(value: DerValue | undefined): number {
  if (value?.tag !== derTags.integer || value.content.length === 0 || value.content[0]! >= 0x80)
    throw new RangeError('Not an integer of DER.')
  const digits = value.content.toString('hex').replace(/^(?:00)+/, '')
  return digits.length > 12 ? Number.POSITIVE_INFINITY : Number.parseInt(digits || '0', 16)
}
