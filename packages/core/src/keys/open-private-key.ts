import { createPrivateKey, type KeyObject } from 'node:crypto'
import { derTags, readDer } from './der-reader.ts'
import { damaged, keyInvalid, passphraseMissing, passphraseWrong } from './key-invalid.ts'
import { openOpenSsh } from './open-openssh.ts'
import { readOpenSshEnvelope } from './openssh-envelope.ts'
import type { OpenSshKeyOpener } from './openssh-key-opener.ts'
import type { PemBlock } from './pem-block.ts'
import { checkPkcs8Encryption } from './pkcs8-encryption.ts'

export interface OpenedPrivateKey {
  readonly key: KeyObject
  readonly wasEncrypted: boolean
  /** The public halves that stood beside the private one, as SSH sends them. */
  readonly publicKeys: readonly Buffer[]
}

/** What opens a private key. */
export interface Opening {
  /** Opens what OpenSSH has encrypted, which takes a while. */
  readonly opener: Pick<OpenSshKeyOpener, 'open'>
  readonly passphrase: string | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Opens any container: OpenSSH's own by ssh2, which hands it on to OpenSSL, the others by OpenSSL.
 * @throws SSH_KEY_INVALID, ABORTED, CLOSED
 */
export async function openPrivateKey(block: PemBlock, opening: Opening): Promise<OpenedPrivateKey> {
  return block.label === 'OPENSSH PRIVATE KEY'
    ? openOpenSshBlock(block, opening)
    : openPem(block, opening.passphrase)
}

async function openOpenSshBlock(
  { content, text }: PemBlock,
  { opener, passphrase, signal }: Opening,
): Promise<OpenedPrivateKey> {
  const { isEncrypted, publicKey, rounds } = readOpenSshEnvelope(content)
  if (isEncrypted && passphrase === undefined) throw passphraseMissing()
  const opened = isEncrypted
    ? await opener.open({ text, passphrase: passphrase!, rounds }, signal)
    : openOpenSsh(text, undefined)
  if (opened === undefined) throw isEncrypted ? passphraseWrong() : damaged()
  const key = attempt(() => createPrivateKey(opened.pem))
  if (key === undefined) throw damaged()
  return { key, wasEncrypted: isEncrypted, publicKeys: [publicKey, Buffer.from(opened.publicKey)] }
}

/** Those of the older encryption that OpenSSL still opens. */
const ciphers = /^(?:AES-(?:128|192|256)-CBC|DES-EDE3-CBC)$/

function openPem(block: PemBlock, passphrase: string | undefined): OpenedPrivateKey {
  const isEncrypted = block.cipher !== undefined || block.label === 'ENCRYPTED PRIVATE KEY'
  if (block.cipher === undefined) checkStructure(block)
  else if (!ciphers.test(block.cipher)) {
    throw keyInvalid(
      'private_key',
      'is encrypted with a cipher that is not supported; change it: ssh-keygen -p -f key',
    )
  }
  if (isEncrypted && passphrase === undefined) throw passphraseMissing()
  const key = attempt(() =>
    createPrivateKey({ key: block.text, format: 'pem', ...(isEncrypted && { passphrase: passphrase! }) }),
  )
  if (key === undefined) throw isEncrypted ? passphraseWrong() : damaged()
  return { key, wasEncrypted: isEncrypted, publicKeys: [] }
}

/** OpenSSL overlooks what stands behind the key. */
function checkStructure({ content, label }: PemBlock): void {
  try {
    const values = readDer(content)
    if (values.length !== 1 || values[0]!.tag !== derTags.sequence) throw damaged()
    if (label === 'ENCRYPTED PRIVATE KEY') checkPkcs8Encryption(content)
  } catch (error) {
    if (error instanceof RangeError) throw damaged()
    throw error
  }
}

function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
