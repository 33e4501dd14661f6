import { createPublicKey } from 'node:crypto'
import type { SshKeyType } from '../contract/index.ts'
import { SshWireReader } from './ssh-wire-reader.ts'

/** The shortest and the longest rsa key that is taken. */
const rsaBits = { min: 2_048, max: 16_384 }

const curves: Readonly<Record<string, { readonly jwk: string; readonly bytes: number }>> = {
  nistp256: { jwk: 'P-256', bytes: 32 },
  nistp384: { jwk: 'P-384', bytes: 48 },
  nistp521: { jwk: 'P-521', bytes: 66 },
}

const types: Readonly<Record<string, SshKeyType>> = {
  'ssh-ed25519': 'ed25519',
  'ssh-rsa': 'rsa',
  'ecdsa-sha2-nistp256': 'ecdsa',
  'ecdsa-sha2-nistp384': 'ecdsa',
  'ecdsa-sha2-nistp521': 'ecdsa',
}

/** What kind a public key is by the name that OpenSSH gives its type; `undefined`: none that is taken. */
export const typeByName = (name: string): SshKeyType | undefined =>
  Object.hasOwn(types, name) ? types[name] : undefined

const cutShort = 'is cut short; copy the whole line once more'

/**
 * What is wrong with the bytes of a public key of a type that is taken, as the end of a sentence about the key; `undefined`:
 * nothing. RFC 4253, section 6.6 (rsa), RFC 5656, section 3.1 (ecdsa), RFC 8709, section 4 (ed25519). Only one text
 * stands for a key: two would have two fingerprints.
 */
export function problemWithBlob(name: string, blob: Buffer): string | undefined {
  const reader = new SshWireReader(blob)
  try {
    if (reader.text() !== name) return `is of another type than it says, ${name}`
    const problem = name === 'ssh-rsa' ? problemWithRsa(reader) : problemWithPoint(reader, name)
    return problem ?? (reader.atEnd ? undefined : 'has bytes behind its end')
  } catch (error) {
    if (error instanceof RangeError) return cutShort
    throw error
  }
}

function problemWithPoint(reader: SshWireReader, name: string): string | undefined {
  if (name === 'ssh-ed25519') return reader.string().length === 32 ? undefined : cutShort
  const curveName = reader.text()
  const point = reader.string()
  const curve = name.endsWith(`-${curveName}`) ? curves[curveName] : undefined
  if (curve === undefined) return `is of another type than it says, ${name}`
  const { bytes, jwk } = curve
  return isOnCurve(point, bytes, jwk) ? undefined : `is no point of ${jwk}`
}

function isOnCurve(point: Buffer, bytes: number, crv: string): boolean {
  if (point.length !== 2 * bytes + 1 || point[0] !== 4) return false
  const half = (from: number) => point.subarray(from, from + bytes).toString('base64url')
  try {
    createPublicKey({ format: 'jwk', key: { kty: 'EC', crv, x: half(1), y: half(1 + bytes) } })
    return true
  } catch {
    // OpenSSL takes no point that is not on the curve
    return false
  }
}

function problemWithRsa(reader: SshWireReader): string | undefined {
  const exponent = readNumber(reader.string())
  const modulus = readNumber(reader.string())
  if (exponent === undefined || modulus === undefined)
    return 'holds numbers that are not written as they must be'
  const { min, max } = rsaBits
  if (modulus.bits < min) return `is an rsa key of ${modulus.bits} bits; it must have at least ${min}`
  if (modulus.bits > max) return `is an rsa key of ${modulus.bits} bits; it must have at most ${max}`
  return exponent.isOdd && modulus.isOdd && exponent.bits > 1
    ? undefined
    : 'holds numbers that are no rsa key’s'
}

/** A positive `mpint`, written as short as can be. */
function readNumber(bytes: Buffer): { readonly bits: number; readonly isOdd: boolean } | undefined {
  if (bytes.length === 0 || bytes[0]! >= 0x80) return undefined
  if (bytes[0] === 0 && (bytes[1] ?? 0) < 0x80) return undefined
  const digits = bytes[0] === 0 ? bytes.subarray(1) : bytes
  return {
    bits: digits.length * 8 - (Math.clz32(digits[0]!) - 24),
    isOdd: (digits.at(-1)! & 1) === 1,
  }
}
