import ssh2, { type PublicKeyAuthContext } from 'ssh2'

/** A public key, as it travels. */
export interface OfferedKey {
  /** As OpenSSH names it: `ssh-ed25519`. */
  readonly type: string
  /** As it stands in base64 in a `.pub` file. */
  readonly blob: Buffer
}

/**
 * The key that a client offers or signs with; `undefined`: none that could be used. RSA with SHA-1 is refused (RFC 8332),
 * and so is a blob that is of another type than the client says, or that more bytes follow.
 */
export function offeredKey({ hashAlgo, key }: PublicKeyAuthContext): OfferedKey | undefined {
  const { algo: type, data: blob } = key
  if (type === 'ssh-rsa' && hashAlgo === undefined) return undefined
  const parsed = read(key)
  if (parsed instanceof Error || parsed.type !== type) return undefined
  return parsed.getPublicSSH().equals(blob) ? { type, blob: Buffer.from(blob) } : undefined
}

/** Whether the client has the private half: it has signed this very session and request with it (RFC 4252, section 7). */
export function isProven({ blob, hashAlgo, key, signature }: PublicKeyAuthContext): boolean {
  if (blob === undefined || signature === undefined) return false
  const parsed = read(key)
  // ssh2 answers what OpenSSL throws, which would count as true
  return !(parsed instanceof Error) && parsed.verify(blob, signature, hashAlgo) === true
}

/** As a line of a `.pub` file, or ssh2 would try bytes of a stranger as every format that it knows, private keys too. */
const read = ({ algo, data }: PublicKeyAuthContext['key']) =>
  ssh2.utils.parseKey(`${algo} ${data.toString('base64')}`)
