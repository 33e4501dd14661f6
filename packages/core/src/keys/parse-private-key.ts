import sshpk from 'sshpk'
import type { SshKeyType } from '../contract/index.ts'
import { describePrivateKey, type PrivateKey } from './describe-private-key.ts'
import { halvesDiffer, keyInvalid } from './key-invalid.ts'
import { openPrivateKey } from './open-private-key.ts'
import type { OpenSshKeyOpener } from './openssh-key-opener.ts'
import { readPemBlock } from './pem-block.ts'

export interface ParsedPrivateKey extends PrivateKey {
  readonly wasEncrypted: boolean
}

export interface ParsePrivateKeyOptions {
  /** Opens what OpenSSH has encrypted. */
  readonly opener: Pick<OpenSshKeyOpener, 'open'>
  /** Not looked at when the key is not encrypted, as OpenSSH does; empty is none. */
  readonly passphrase?: string | null | undefined
  /** What the key must be. Default: any type. */
  readonly type?: SshKeyType | null | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads a private key: PKCS#1, PKCS#8, SEC1 or OpenSSH, plain or under a passphrase; rsa of 2048 bits or more, ecdsa
 * on a NIST curve, ed25519. Takes seconds at most, whatever is given: what would take longer is refused.
 * @throws SSH_KEY_INVALID naming the field `private_key`, `passphrase` or `type`; it quotes nothing of them. ABORTED,
 *   CLOSED
 */
export async function parsePrivateKey(
  text: string,
  { opener, passphrase, type, signal }: ParsePrivateKeyOptions,
): Promise<ParsedPrivateKey> {
  const opening = { opener, passphrase: passphrase || undefined, signal }
  const { key, wasEncrypted, publicKeys } = await openPrivateKey(readPemBlock(text), opening)
  const described = describePrivateKey(key)
  const own = sshpk.parseKey(described.publicKey, 'ssh').toBuffer('rfc4253')
  if (!publicKeys.every((publicKey) => publicKey.equals(own))) throw halvesDiffer()
  if (type != null && type !== described.type) {
    throw keyInvalid('type', `must be ${described.type}, as the private key is; or leave it out`)
  }
  return { ...described, wasEncrypted }
}
