import { type DerValue, derInteger, derTags, readDer } from './der-reader.ts'
import { keyInvalid } from './key-invalid.ts'

const oids = {
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  scrypt: '2b06010401da47040b',
} as const

/** A million rounds of PBKDF2 take OpenSSL half a second; OpenSSL writes 2048, careful tools 600,000. */
const maxIterations = 1_000_000
/** N·r·p of scrypt; OpenSSL writes 131,072. */
const maxScryptCost = 1_048_576

const change = 'change it: openssl pkcs8 -topk8 -v2 aes-256-cbc -in key -out new-key'

/**
 * Refuses an encrypted PKCS#8 key (RFC 8018, section 6.2) whose decryption would take longer than a caller can be kept
 * waiting, or whose scheme OpenSSL has retired.
 * @throws SSH_KEY_INVALID; RangeError when it is no such key
 */
export function checkPkcs8Encryption(content: Buffer): void {
  const [algorithm] = inside(readDer(content)[0])
  const [scheme, parameters] = inside(algorithm)
  if (oidOf(scheme) !== oids.pbes2) {
    throw keyInvalid('private_key', `is encrypted by a scheme that is not supported any more; ${change}`)
  }
  const [derivation] = inside(parameters)
  const [name, settings] = inside(derivation)
  const [, ...numbers] = inside(settings)
  if (!isAffordable(oidOf(name), numbers)) {
    throw keyInvalid(
      'private_key',
      `is encrypted with a key derivation that is not supported, or takes too long; ${change}`,
    )
  }
}

function isAffordable(derivation: string | undefined, numbers: readonly DerValue[]): boolean {
  if (derivation === oids.pbkdf2) return derInteger(numbers[0]) <= maxIterations
  if (derivation !== oids.scrypt) return false
  const [n, r, p] = [derInteger(numbers[0]), derInteger(numbers[1]), derInteger(numbers[2])]
  return n * r * p <= maxScryptCost
}

function inside(value: DerValue | undefined): DerValue[] {
  if (value?.tag !== derTags.sequence) throw new RangeError('Not a sequence of DER.')
  return readDer(value.content)
}

const oidOf = (value: DerValue | undefined): string | undefined =>
  value?.tag === derTags.oid ? value.content.toString('hex') : undefined
