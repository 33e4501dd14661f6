import { createPrivateKey, type KeyObject } from 'node:crypto'
import ssh2 from 'ssh2'
import { derTags, readDer } from './der-reader.ts'
import { damaged, keyInvalid, passphraseMissing, passphraseWrong } from './key-invalid.ts'
import { readOpenSshEnvelope } from './openssh-envelope.ts'
import type { PemBlock } from './pem-block.ts'
import { checkPkcs8Encryption } from './pkcs8-encryption.ts'

export interface OpenedPrivateKey {
  readonly key: KeyObject
  readonly wasEncrypted: boolean
  /** The public halves that stood beside the private one, as SSH sends them. */
  readonly publicKeys: readonly Buffer[]
}

/**
 * Opens any container: OpenSSH's own by ssh2, which hands it on to OpenSSL, the others by OpenSSL.
 * @throws SSH_KEY_INVALID
 */
export function openPrivateKey(block: PemBlock, passphrase: string | undefined): OpenedPrivateKey {
  return block.label === 'OPENSSH PRIVATE KEY' ? openOpenSsh(block, passphrase) : openPem(block, passphrase)
}

function openOpenSsh(block: PemBlock, passphrase: string | undefined): OpenedPrivateKey {
  const { isEncrypted, publicKey } = readOpenSshEnvelope(block.content)
  if (isEncrypted && passphrase === undefined) throw passphraseMissing()
  // what ssh2 and OpenSSL say may quote the key: it goes no further
  const parsed = attempt(() => ssh2.utils.parseKey(block.text, isEncrypted ? passphrase : undefined))
  if (parsed === undefined || parsed instanceof Error) throw isEncrypted ? passphraseWrong() : damaged()
  const pem = parsed.getPrivatePEM()
  const key = attempt(() => createPrivateKey(pem))
  if (key === undefined) throw damaged()
  return { key, wasEncrypted: isEncrypted, publicKeys: [publicKey, parsed.getPublicSSH()] }
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
