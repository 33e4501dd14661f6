import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { aesGcmKeyRotation } from '@gitferry/adapters/secrets/key-rotation'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { openAdministration, rotateSecrets } from '@gitferry/core'
import { Installation } from '../../src/commands/installation.ts'
import { runCommand } from '../../src/commands/run-command.ts'
import { resolveConfiguration } from '../../src/configuration/resolve-configuration.ts'

export interface Ran {
  readonly printed: readonly string[]
  readonly told: readonly string[]
  /** What was shown in one line that changes. */
  readonly shown: readonly string[]
}

/** Runs commands in this process, on a data directory of their own. */
export class CommandWorld implements Disposable {
  readonly folder: string
  readonly dataDir: string
  now = Date.parse('2026-01-01T00:00:00Z')

  constructor(folder = mkdtempSync(join(tmpdir(), 'gitferry-commands-'))) {
    this.folder = folder
    this.dataDir = join(folder, 'data')
  }

  options() {
    return { storage: sqliteStorage({ path: join(this.dataDir, 'gitferry.db') }), dataDir: this.dataDir }
  }

  /** Runs what is typed behind `gitferry`; of a failure, what was said before goes to `ran`. */
  async run(
    argv: readonly string[],
    {
      env = {},
      isTerminal = false,
      signal = new AbortController().signal,
      uid = process.getuid?.(),
      ran = { printed: [] as string[], told: [] as string[], shown: [] as string[] },
    } = {},
  ): Promise<Ran> {
    const invocation = resolveConfiguration({
      argv: [...argv, '--data-dir', this.dataDir],
      env,
      readFile: (path) => readFileSync(path, 'utf8'),
    })
    if (invocation.command === 'help' || invocation.command === 'version' || invocation.command === 'serve') {
      throw new Error('no short command')
    }
    const { oldSecretKeys: oldKeys, secretKey } = invocation.configuration
    const keys =
      'key' in secretKey ? { ...secretKey, oldKeys } : { keyFile: resolve(secretKey.keyFile), oldKeys }
    await runCommand({
      invocation,
      print: (line) => void ran.printed.push(line),
      tell: (line) => void ran.told.push(line),
      show: isTerminal ? (text) => void ran.shown.push(text) : undefined,
      installation: new Installation({
        dataDir: this.dataDir,
        database: join(this.dataDir, 'gitferry.db'),
        keyFile: 'keyFile' in keys ? keys.keyFile : undefined,
        uid,
      }),
      openAdministration: () => openAdministration({ ...this.options(), secrets: aesGcmSecrets(keys) }),
      rotateSecrets: async (progress) => {
        const rotation = aesGcmKeyRotation(keys)
        return { ...(await rotateSecrets(this.options(), rotation, progress)), retired: rotation.retired }
      },
      now: () => this.now,
      signal,
    })
    return ran
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }
}
