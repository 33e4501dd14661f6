import { generateKeyPairSync } from 'node:crypto'

let made: string | undefined

/** A private key that is good, the same at every call. */
export function plainSshKey(): string {
  made ??= generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return made
}
