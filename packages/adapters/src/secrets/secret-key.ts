import { createHash, createSecretKey, type KeyObject } from 'node:crypto'

/** How long a secret key is, in bytes: AES-256. */
export const secretKeyBytes = 32

/** A key, and the name by which what it sealed says so. */
export interface SecretKey {
  /** The first bytes of a hash of the key: tells keys apart and nothing of them. */
  readonly id: string
  /** Shows nothing of itself when it is printed. */
  readonly key: KeyObject
}

/** 32 bytes are 43 characters. */
const base64 = /^[A-Za-z0-9+/]{43}=?$/

/** A key from its 32 bytes, or from their base64 text, white space around it left out. `undefined`: it is no key. */
export function readSecretKey(given: Uint8Array | string): SecretKey | undefined {
  if (typeof given !== 'string') return given.length === secretKeyBytes ? named(given) : undefined
  const text = given.trim()
  return base64.test(text) ? named(Buffer.from(text, 'base64')) : undefined
}

function named(bytes: Uint8Array): SecretKey {
  const hash = createHash('sha256').update('gitferry secret key id\0').update(bytes).digest()
  return { id: hash.subarray(0, 8).toString('base64url'), key: createSecretKey(bytes) }
}
