import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'

/** What ssh-keygen says of a private key. */
export interface Shown {
  readonly bits: number
  readonly fingerprint: string
  /** Type and base64, without the comment. */
  readonly publicKey: string
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** Passes a test over, and says why, where openssl is not on this machine. */
export const needsOpenssl = ({ skip }: Pick<TestContext, 'skip'>): void =>
  skip(!hasOpenssl, 'openssl is not installed')

/** A folder in which the real tools make keys. Disposing removes it. */
export class KeyFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'gitferry-keys-'))
  #files = 0

  /** A fresh key in OpenSSH's format, by `ssh-keygen -t … `. */
  make(...options: string[]): string {
    const file = this.#next()
    const passphrase = options.includes('-N') ? [] : ['-N', '']
    run('ssh-keygen', ['-q', '-f', file, '-C', 'someone@somewhere', ...passphrase, ...options])
    return readFileSync(file, 'utf8')
  }

  /** The same key in another container, by `ssh-keygen -p`. */
  convert(text: string, ...options: string[]): string {
    const file = this.write(text)
    const passphrase = options.includes('-N') ? [] : ['-N', '']
    run('ssh-keygen', ['-q', '-p', '-f', file, '-P', '', ...passphrase, ...options])
    return readFileSync(file, 'utf8')
  }

  /** What openssl makes of a key that it reads, or of nothing. */
  openssl(text: string, ...options: string[]): string {
    return run('openssl', options, text)
  }

  show(text: string, passphrase = ''): Shown {
    const file = this.write(text)
    const publicKey = run('ssh-keygen', ['-y', '-P', passphrase, '-f', file])
    const [bits, fingerprint] = run('ssh-keygen', ['-l', '-f', this.write(publicKey)]).split(' ')
    return {
      bits: Number(bits),
      fingerprint: fingerprint!,
      publicKey: publicKey.trim().split(' ', 2).join(' '),
    }
  }

  write(text: string): string {
    const file = this.#next()
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }

  #next(): string {
    this.#files += 1
    return join(this.path, String(this.#files))
  }
}

const run = (command: string, args: readonly string[], input = ''): string =>
  execFileSync(command, args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] })
