import { createPrivateKey } from 'node:crypto'
import ssh2 from 'ssh2'

/** RFC 7518, 6.2.2 and 6.3.2: of ed25519 the seed, of RSA the exponents, the primes and the coefficient. */
const privateFields = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const

export interface ReadPrivateKey {
  /** In base64, as it stands in `authorized_keys`. */
  readonly publicHalf: string
  /** What nobody else may know, as plain bytes. */
  readonly numbers: readonly Uint8Array[]
}

/** Reads a private key in any format that ssh2 knows. */
export function readPrivateKey(pem: string, passphrase?: string): ReadPrivateKey {
  const key = ssh2.utils.parseKey(pem, passphrase)
  if (key instanceof Error) throw key
  const fields = createPrivateKey(key.getPrivatePEM()).export({ format: 'jwk' })
  const numbers = privateFields.map((field) => fields[field]).filter((number) => number !== undefined)
  return {
    publicHalf: key.getPublicSSH().toString('base64'),
    numbers: numbers.map((number) => Buffer.from(number as string, 'base64url')),
  }
}
