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

/** Whether the numbers of an rsa key are no larger than its modulus: signing with larger ones could take hours. */
function isWhole(key: KeyObject): boolean {
  const { n = '', d, p, q, dp, dq, qi } = key.export({ format: 'jwk' })
  const numbers = [d, p, q, dp, dq, qi]
  if (numbers.some((number) => number === undefined || number.length > n.length)) return false
  return number(p!) * number(q!) === number(n)
}

const number = (base64url: string): bigint =>
  BigInt(`0x0${Buffer.from(base64url, 'base64url').toString('hex')}`)
