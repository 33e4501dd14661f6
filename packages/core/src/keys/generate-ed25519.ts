import { generateKeyPairSync } from 'node:crypto'
import { describePrivateKey, type PrivateKey } from './describe-private-key.ts'

/** Makes a new key; takes a fraction of a millisecond. */
export function generateEd25519(): PrivateKey {
  return describePrivateKey(generateKeyPairSync('ed25519').privateKey)
}
