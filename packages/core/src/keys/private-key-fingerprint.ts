import { readOpenSshEnvelope } from './openssh-envelope.ts'
import type { OpenSshKeyOpener } from './openssh-key-opener.ts'
import { parsePrivateKey } from './parse-private-key.ts'
import { fingerprintOfBlob } from './parse-public-key.ts'
import { readPemBlock } from './pem-block.ts'

export interface TriedPrivateKey {
  readonly fingerprint: string
  /** Whether the private half was there to be read; otherwise anybody who has the public one could have written this. */
  readonly isProven: boolean
}

/**
 * The fingerprint of the public half of a private key: PKCS#1, PKCS#8, SEC1 or OpenSSH, also on one line. An encrypted one
 * is not opened: OpenSSH writes its public half in the clear, and the others do not tell theirs.
 * @throws SSH_KEY_INVALID; it quotes nothing of what was given. ABORTED, CLOSED
 */
export async function fingerprintOfPrivateKey(
  text: string,
  options: {
    readonly opener: Pick<OpenSshKeyOpener, 'open'>
    readonly signal?: AbortSignal | undefined
  },
): Promise<TriedPrivateKey> {
  const { content, label } = readPemBlock(text)
  if (label === 'OPENSSH PRIVATE KEY') {
    const { isEncrypted, publicKey } = readOpenSshEnvelope(content)
    if (isEncrypted) return { fingerprint: fingerprintOfBlob(publicKey), isProven: false }
  }
  return { fingerprint: (await parsePrivateKey(text, options)).fingerprint, isProven: true }
}
