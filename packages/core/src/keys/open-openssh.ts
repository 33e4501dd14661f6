import ssh2 from 'ssh2'

/** What stands in an OpenSSH private key. */
export interface OpenSshKey {
  /** The private key in a form that OpenSSL reads, unencrypted. */
  readonly pem: string
  /** The public half that belongs to it, as SSH sends it. */
  readonly publicKey: Uint8Array
}

/**
 * Opens OpenSSH's own format by ssh2. Under a passphrase it takes the thread that calls it: 10 to 20 ms for each round
 * of bcrypt.
 * @returns `undefined` when the passphrase is another one or what is inside is damaged, which look the same
 */
export function openOpenSsh(text: string, passphrase: string | undefined): OpenSshKey | undefined {
  try {
    const parsed = ssh2.utils.parseKey(text, passphrase)
    if (parsed instanceof Error) return undefined
    return { pem: parsed.getPrivatePEM(), publicKey: parsed.getPublicSSH() }
  } catch {
    // what ssh2 says may quote the key: it goes no further
    return undefined
  }
}
