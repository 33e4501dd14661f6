import { execFile, execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateEd25519 } from '@gitferry/core'

const run = promisify(execFile)

export interface Told {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** A key in a file, as an ssh client has it. */
export interface ClientKey {
  readonly file: string
  /** One line, as in `authorized_keys`. */
  readonly line: string
  readonly blob: string
}

export const gitEnv = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
}

/** The real OpenSSH and git, in a folder, that know one server. */
export class SshClient {
  readonly folder: string
  #port = 0

  constructor(folder: string) {
    this.folder = folder
  }

  /** `hostKey`: one line, as in `known_hosts` behind the name. */
  trust(port: number, hostKey: string): void {
    this.#port = port
    writeFileSync(this.#knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`)
  }

  /** Makes a key; of the kind that ssh-keygen is asked for. */
  key(name: string, kind?: readonly string[]): ClientKey {
    const file = join(this.folder, name)
    if (kind) execFileSync('ssh-keygen', ['-q', ...kind, '-N', '', '-C', '', '-f', file])
    else writeFileSync(file, generateEd25519().privateKey, { mode: 0o600 })
    const line = this.line(file)
    return { file, line, blob: line.split(' ')[1]! }
  }

  /** The public half of a private key. */
  line(file: string): string {
    return execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim()
  }

  url(path: string): string {
    return `ssh://git@127.0.0.1:${this.#port}/${path}.git`
  }

  sshArgs(keys: ClientKey | readonly ClientKey[], options: readonly string[] = []): readonly string[] {
    const settings = [
      'BatchMode=yes',
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      `UserKnownHostsFile=${this.#knownHosts}`,
      'GlobalKnownHostsFile=/dev/null',
      'StrictHostKeyChecking=yes',
      ...options,
    ]
    const files = [keys].flat().flatMap(({ file }) => ['-i', file])
    return ['-F', 'none', ...files, ...settings.flatMap((setting) => ['-o', setting])]
  }

  /** ssh, with what stands behind the host. */
  ssh(
    keys: ClientKey | readonly ClientKey[],
    command: readonly string[],
    flags: readonly string[] = [],
    options: readonly string[] = [],
  ): Promise<Told> {
    const where = ['-p', String(this.#port), 'git@127.0.0.1']
    return tell(run('ssh', [...this.sshArgs(keys, options), ...flags, ...where, ...command], { env: gitEnv }))
  }

  /** git, over ssh. */
  git(key: ClientKey, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Told> {
    const command = ['ssh', ...this.sshArgs(key)].map((word) => `'${word}'`).join(' ')
    const options = { env: { ...gitEnv, GIT_SSH_COMMAND: command, ...env }, cwd: this.folder }
    return tell(run('git', args, options))
  }

  get #knownHosts(): string {
    return join(this.folder, 'known_hosts')
  }
}

async function tell(work: Promise<{ stdout: string; stderr: string }>): Promise<Told> {
  try {
    return { status: 0, ...(await work) }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { status: code, stdout, stderr }
  }
}
