import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface MadeKey {
  readonly privateKey: string
  /** As it stands in authorized_keys, without the comment. */
  readonly publicKey: string
  readonly fingerprint: string
}

export interface KeyKind {
  readonly type: 'rsa' | 'ecdsa' | 'ed25519' | 'dsa'
  readonly bits?: number
  /** What ssh-keygen calls the container. Default: OpenSSH's own. */
  readonly container?: 'PEM' | 'PKCS8'
  readonly passphrase?: string
}

/** Makes a key with OpenSSH's own ssh-keygen. */
export function makeKey({ type, bits, container, passphrase = '' }: KeyKind): MadeKey {
  const folder = mkdtempSync(join(tmpdir(), 'gitferry-key-'))
  const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: 'pipe' })
  try {
    const path = join(folder, 'key')
    keygen(
      ...['-q', '-t', type, '-N', passphrase, '-C', '', '-f', path],
      ...(bits === undefined ? [] : ['-b', String(bits)]),
      ...(container === undefined ? [] : ['-m', container]),
    )
    const publicKey = readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ')
    const fingerprint = keygen('-l', '-E', 'sha256', '-f', `${path}.pub`).split(' ')[1] ?? ''
    return { privateKey: readFileSync(path, 'utf8'), publicKey, fingerprint }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
