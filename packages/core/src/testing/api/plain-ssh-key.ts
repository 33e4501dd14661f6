import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** An ed25519 key as OpenSSH made it, without a passphrase. */
export interface PlainSshKey {
  readonly privateKey: string
  /** As it stands in `authorized_keys`, without a comment. */
  readonly publicKey: string
  /** `SHA256:…` */
  readonly fingerprint: string
}

/** Makes a key with ssh-keygen, apart from everything under test; no file stays in `folder`. */
export function plainSshKey(folder: string): PlainSshKey {
  const path = join(folder, 'key')
  const run = (...args: string[]) =>
    execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    run('-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path)
    return {
      privateKey: readFileSync(path, 'utf8'),
      publicKey: readFileSync(`${path}.pub`, 'utf8').trim(),
      fingerprint: run('-l', '-f', path).split(' ')[1] ?? '',
    }
  } finally {
    for (const file of [path, `${path}.pub`]) rmSync(file, { force: true })
  }
}
