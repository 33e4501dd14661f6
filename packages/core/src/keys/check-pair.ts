import { createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { halvesDiffer } from './key-invalid.ts'

/** @throws SSH_KEY_INVALID when what the private half signs does not verify with the public half */
export function checkPair(key: KeyObject): void {
  if (!isPair(key)) throw halvesDiffer()
}

function isPair(key: KeyObject): boolean {
  if (key.asymmetricKeyType === 'rsa' && !isWhole(key)) return false
  const text = randomBytes(32)
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  try {
    return verify(digest, text, createPublicKey(key), sign(digest, text, key))
  } catch {
    // OpenSSL refuses to compute with numbers that cannot be a key's
    return false
  }
}

/**
 * Whether the numbers of an rsa key are no larger than its modulus (signing with larger ones could take hours) and
 * belong together (RFC 8017, section 3.2). OpenSSL signs by some of them, and what is stored holds others.
 */
function isWhole(key: KeyObject): boolean {
  const { n = '', e = '', ...secrets } = key.export({ format: 'jwk' })
  const texts = [secrets.d, secrets.p, secrets.q, secrets.dp, secrets.dq, secrets.qi]
  if (!texts.every((text) => text !== undefined && text.length <= n.length)) return false
  const [d = 0n, p = 0n, q = 0n, dp, dq, qi = 0n] = texts.map((text) => number(text!))
  const product = number(e) * d
  return (
    p > 1n &&
    q > 1n &&
    p * q === number(n) &&
    product % (p - 1n) === 1n &&
    product % (q - 1n) === 1n &&
    dp === d % (p - 1n) &&
    dq === d % (q - 1n) &&
    (qi * q) % p === 1n
  )
}

const number = (base64url: string): bigint =>
  BigInt(`0x0${Buffer.from(base64url, 'base64url').toString('hex')}`)
