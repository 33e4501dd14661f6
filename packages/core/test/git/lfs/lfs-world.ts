import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'vitest'
import { type CarryObjectsInput, carryObjects } from '../../../src/git/lfs/carry-objects.ts'
import { findLfsPointers } from '../../../src/git/lfs/find-pointers.ts'
import type { LfsEnd } from '../../../src/git/lfs/lfs-end.ts'
import type { LfsTransferOptions } from '../../../src/git/lfs/server-transfer.ts'
import type { ProcessGitRunner } from '../../../src/git/process-runner.ts'
import { parseAllowOutgoing } from '../../../src/git/remote-url.ts'
import { createGitSandbox, type GitSandbox } from '../../../src/testing/git-sandbox.ts'
import { runnerIn } from '../fake-git.ts'

const hasGitLfs = (() => {
  try {
    execFileSync('git', ['lfs', 'version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
})()

/** Passes a test over, and says why, where git-lfs is not on this machine. */
export const needsGitLfs = ({ skip }: Pick<TestContext, 'skip'>): void =>
  skip(!hasGitLfs, 'git-lfs is not installed')

export const oidOf = (content: string): string => createHash('sha256').update(content).digest('hex')
export const pointerText = (content: string): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${oidOf(content)}\nsize ${Buffer.byteLength(content)}\n`

/** A store with commits, a folder for ends, and the carrying under test. */
export class LfsWorld {
  readonly sandbox: GitSandbox = createGitSandbox()
  readonly store = this.sandbox.bare('store')
  readonly repo = this.sandbox.repository('work')
  allowOutgoing: readonly string[] = ['127.0.0.1']
  readonly lookups: string[] = []
  addresses: readonly string[] = ['127.0.0.1']
  git = '/usr/bin/git'

  get runner(): ProcessGitRunner {
    return runnerIn(this.sandbox.dir, this.git)
  }

  /** Commits pointers to these contents and brings the commit into the store; answers its oid. */
  commit(...contents: string[]): string {
    const tip = contents.map((content) =>
      this.sandbox.commit(this.repo, {
        file: `${oidOf(content).slice(0, 8)}.bin`,
        content: pointerText(content),
      }),
    )
    this.sandbox.run(
      this.repo,
      'push',
      '--quiet',
      '--force',
      this.store,
      'HEAD:refs/remotes/origin/heads/main',
    )
    return tip.at(-1) ?? ''
  }

  pointers(tip: string, known: readonly string[] = []) {
    return findLfsPointers(this.runner, this.store, { tips: [tip], known })
  }

  async carry(
    tip: string,
    ends: Pick<CarryObjectsInput, 'source' | 'target'>,
    options: LfsTransferOptions = {},
  ): Promise<void> {
    const context = {
      runner: this.runner,
      lookup: async (host: string) => {
        this.lookups.push(host)
        return this.addresses
      },
      allowOutgoing: this.allowOutgoing.map(parseAllowOutgoing),
    }
    const pointers = await this.pointers(tip)
    await carryObjects({ storePath: this.store, pointers, ...ends }, context, options)
  }

  /** Puts a file into the LFS folder of a repository. */
  put(commonDir: string, content: string, oid = oidOf(content)): void {
    const path = this.object(commonDir, oid)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }

  read(commonDir: string, content: string): string | undefined {
    const path = this.object(commonDir, oidOf(content))
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  }

  object(commonDir: string, oid: string): string {
    return join(commonDir, 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4), oid)
  }

  /** What is on its way. */
  get staging(): string {
    return join(this.store, 'lfs-on-its-way')
  }
}

export const folder = (commonDir: string): LfsEnd => ({ kind: 'folder', commonDir })
export const server = (port: number, repository: string, login?: string, host = '127.0.0.1'): LfsEnd => ({
  kind: 'http',
  url: `http://${host}:${port}/${repository}`,
  authorization: login === undefined ? null : `Basic ${Buffer.from(login).toString('base64')}`,
  secrets:
    login === undefined ? [] : [login.slice(login.indexOf(':') + 1), Buffer.from(login).toString('base64')],
})
