import { createPublicKey } from 'node:crypto'
import { isHostKeyType, type KnownHostKey } from './host-key.ts'
import { SshReader } from './ssh-data.ts'

/** The shortest RSA key, of a server or of a user, that is believed. */
export const minRsaBits = 2_048
/** The longest that ssh-keygen makes and OpenSSL computes with. */
const maxRsaBits = 16_384

const curves: Readonly<Record<string, { readonly jwk: string; readonly bytes: number }>> = {
  nistp256: { jwk: 'P-256', bytes: 32 },
  nistp384: { jwk: 'P-384', bytes: 48 },
  nistp521: { jwk: 'P-521', bytes: 66 },
}

/**
 * What is wrong with a public key that somebody gave or a server showed, as the end of a sentence that begins with “must”; `undefined`:
 * nothing. Its bytes: RFC 4253, section 6.6 (RSA), RFC 5656, section 3.1 (ECDSA), RFC 8709, section 4 (Ed25519).
 */
export function problemWithHostKey({ type, public_key }: KnownHostKey): string | undefined {
  if (!isHostKeyType(type))
    return 'have a key of the type ssh-ed25519, ecdsa-sha2-nistp256, -384, -521 or ssh-rsa'
  const blob = Buffer.from(public_key, 'base64')
  if (blob.toString('base64') !== public_key) return 'have its key in base64, whole'
  const reader = new SshReader(blob)
  const inner = reader.string()?.toString('latin1')
  if (inner === undefined) return truncated
  if (inner !== type) return `have a key that is of the type it names, ${type}`
  const problem = type === 'ssh-rsa' ? rsaProblem(reader) : pointProblem(reader, type)
  return problem ?? (reader.atEnd ? undefined : 'have a key with nothing after it')
}

const truncated = 'have a whole key: this one is cut short'

function pointProblem(reader: SshReader, type: string): string | undefined {
  if (type === 'ssh-ed25519') return reader.string()?.length === 32 ? undefined : truncated
  const name = reader.string()?.toString('latin1')
  const point = reader.string()
  if (name === undefined || point === undefined) return truncated
  const curve = type.endsWith(name) ? curves[name] : undefined
  if (curve === undefined) return `have a key that is of the type it names, ${type}`
  const { bytes, jwk } = curve
  if (point.length !== 2 * bytes + 1 || point[0] !== 4) return `have a key that is a point of ${jwk}`
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)].map((half) =>
    half.toString('base64url'),
  )
  try {
    createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: jwk, x: x!, y: y! } })
    return undefined
  } catch {
    // OpenSSL takes no point that is not on the curve
    return `have a key that is a point of ${jwk}`
  }
}

function rsaProblem(reader: SshReader): string | undefined {
  const exponent = readNumber(reader)
  const modulus = readNumber(reader)
  if (exponent === undefined || modulus === undefined) return truncated
  if (modulus.bits < minRsaBits || modulus.bits > maxRsaBits) {
    return `have an RSA key of ${minRsaBits} to ${maxRsaBits} bits; this one has ${modulus.bits}`
  }
  return exponent.isOdd && modulus.isOdd && exponent.bits > 1 ? undefined : 'have an RSA key of odd numbers'
}

/** A positive `mpint`, written as short as can be; one that is not makes another key of the same numbers. */
function readNumber(reader: SshReader): { readonly bits: number; readonly isOdd: boolean } | undefined {
  const bytes = reader.string()
  if (bytes === undefined || bytes.length === 0 || bytes[0]! >= 0x80) return undefined
  if (bytes[0] === 0 && (bytes[1] ?? 0) < 0x80) return undefined
  const digits = bytes[0] === 0 ? bytes.subarray(1) : bytes
  const highest = 32 - Math.clz32(digits[0]!)
  return { bits: (digits.length - 1) * 8 + highest, isOdd: (digits.at(-1)! & 1) === 1 }
}
