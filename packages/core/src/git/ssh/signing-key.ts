import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import ssh2 from 'ssh2'
import { GitferryError } from '../../errors/index.ts'
import { mpint, sshString } from './ssh-data.ts'

/** Which hash a client asks an RSA key for; the other kinds of key have one of their own. */
export type RsaHash = 'sha256' | 'sha512'

/** A private key that signs, and shows nothing but its public half. */
export interface SigningKey {
  /** The public half as it travels. */
  readonly blob: Buffer
  /** The public half as one line of a `.pub` file. */
  readonly publicLine: string
  /**
   * Signs as the SSH protocol wants it, name of the algorithm and all. `undefined`: the key does not sign so. RSA
   * without a hash would be SHA-1, which nobody should ask for any more (RFC 8332).
   */
  sign(data: Uint8Array, rsaHash: RsaHash | undefined): Buffer | undefined
}

const curveHashes = {
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
} as const

/**
 * Reads an unencrypted private key in OpenSSH's own format (or PEM).
 * @throws SSH_KEY_INVALID; the message holds nothing of the key
 */
export function readSigningKey(text: string): SigningKey {
  const parsed = ssh2.utils.parseKey(text)
  const [key, another] = Array.isArray(parsed) ? parsed : [parsed]
  if (key instanceof Error || key === undefined || another !== undefined || !key.isPrivateKey()) {
    throw unusable()
  }
  const privateKey = createPrivateKey(key.getPrivatePEM())
  const blob = key.getPublicSSH()
  return {
    blob,
    publicLine: `${key.type} ${blob.toString('base64')}`,
    sign: signer(key.type, privateKey),
  }
}

function signer(type: string, key: KeyObject): SigningKey['sign'] {
  if (type === 'ssh-ed25519') return (data) => signature(type, sign(null, data, key))
  if (type === 'ssh-rsa') {
    return (data, hash) =>
      hash && signature(hash === 'sha256' ? 'rsa-sha2-256' : 'rsa-sha2-512', sign(hash, data, key))
  }
  if (isCurve(type)) {
    return (data) => {
      // node:crypto answers both halves side by side, SSH wants two numbers (RFC 5656, section 3.1.2)
      const halves = sign(curveHashes[type], data, { key, dsaEncoding: 'ieee-p1363' })
      const middle = halves.length / 2
      return signature(
        type,
        Buffer.concat([mpint(halves.subarray(0, middle)), mpint(halves.subarray(middle))]),
      )
    }
  }
  throw unusable()
}

const isCurve = (type: string): type is keyof typeof curveHashes => Object.hasOwn(curveHashes, type)

const signature = (algorithm: string, bytes: Uint8Array): Buffer =>
  Buffer.concat([sshString(algorithm), sshString(bytes)])

const unusable = () =>
  new GitferryError(
    'SSH_KEY_INVALID',
    'The stored SSH key cannot be read as one unencrypted RSA, ECDSA or Ed25519 key. Store it again.',
  )
