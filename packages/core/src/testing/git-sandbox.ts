// Test code: it starts plain git itself, beside the runner that it helps to test.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface SandboxCommit {
  /** Path of the file to write, within the repository. Default: `file.txt`. */
  readonly file?: string
  /** Default: the message. */
  readonly content?: string
  readonly message?: string
}

export interface SandboxHistory {
  readonly commits: number
  /** Short name. Default: `main`. */
  readonly branch?: string
}

const epoch = 1_700_000_000

/** A temporary folder with real git repositories, for tests. Every commit is one minute after the last. */
export class GitSandbox {
  /** Absolute, links resolved. */
  readonly dir: string
  #minutes = 0

  constructor() {
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'gitferry-sandbox-')))
    mkdirSync(join(this.dir, 'home'))
  }

  /** A path in the sandbox; nothing is made there. */
  path(...names: string[]): string {
    return join(this.dir, ...names)
  }

  /** Runs git in `cwd` with a fixed identity and no config but the repository’s; answers stdout, trimmed. */
  run(cwd: string, ...args: string[]): string {
    return this.#git(cwd, args).trim()
  }

  /** Makes an empty bare repository `<name>.git`; answers its path. */
  bare(name: string, { objectFormat = 'sha1' }: { objectFormat?: 'sha1' | 'sha256' } = {}): string {
    const path = this.path(`${name}.git`)
    this.run(this.dir, 'init', '--quiet', '--bare', `--object-format=${objectFormat}`, path)
    return path
  }

  /** Makes an empty repository with a worktree; answers its path. */
  repository(name: string, { objectFormat = 'sha1' }: { objectFormat?: 'sha1' | 'sha256' } = {}): string {
    const path = this.path(name)
    this.run(this.dir, 'init', '--quiet', `--object-format=${objectFormat}`, path)
    return path
  }

  /** Clones with a worktree; answers the path of the clone. */
  clone(from: string, name: string): string {
    const path = this.path(name)
    this.run(this.dir, 'clone', '--quiet', from, path)
    return path
  }

  /** Commits one file on the branch that is checked out; answers the oid. */
  commit(
    repo: string,
    { message = 'a change', content = message, file = 'file.txt' }: SandboxCommit = {},
  ): string {
    const path = join(repo, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    this.run(repo, 'add', '--', file)
    this.run(repo, 'commit', '--quiet', '--allow-empty', '-m', message)
    return this.tip(repo, 'HEAD')
  }

  /** Adds a line of commits to a branch by `git fast-import`, thousands in a second; answers the last oid. */
  history(repo: string, { commits, branch = 'main' }: SandboxHistory): string {
    const ref = `refs/heads/${branch}`
    const from = this.refs(repo)[ref]
    const lines: string[] = []
    for (let number = 1; number <= commits; number += 1) {
      const message = `${branch} ${number}`
      lines.push(
        `commit ${ref}`,
        `committer Sandbox <sandbox@example.com> ${this.#now()} +0000`,
        `data ${Buffer.byteLength(message)}`,
        message,
        ...(number === 1 && from !== undefined ? [`from ${from}`] : []),
        `M 100644 inline ${branch}.txt`,
        `data ${Buffer.byteLength(message)}`,
        message,
      )
    }
    this.#git(repo, ['fast-import', '--quiet'], `${lines.join('\n')}\n`)
    return this.tip(repo, ref)
  }

  /** The oid of a revision. */
  tip(repo: string, ref: string): string {
    return this.run(repo, 'rev-parse', '--verify', '--quiet', '--end-of-options', ref)
  }

  /** Every ref of a repository: full name → oid. */
  refs(repo: string): Record<string, string> {
    const lines = this.run(repo, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n')
    return Object.fromEntries(lines.filter(Boolean).map((line) => line.split(' ') as [string, string]))
  }

  /** Removes the folder and all in it. May be called twice. */
  dispose(): void {
    rmSync(this.dir, { recursive: true, force: true })
  }

  #now(): number {
    this.#minutes += 1
    return epoch + this.#minutes * 60
  }

  #git(cwd: string, args: readonly string[], input?: string): string {
    const date = `${this.#now()} +0000`
    return execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: this.path('home'),
        LC_ALL: 'C.UTF-8',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_COUNT: '2',
        GIT_CONFIG_KEY_0: 'init.defaultBranch',
        GIT_CONFIG_VALUE_0: 'main',
        GIT_CONFIG_KEY_1: 'advice.detachedHead',
        GIT_CONFIG_VALUE_1: 'false',
        GIT_AUTHOR_NAME: 'Sandbox',
        GIT_AUTHOR_EMAIL: 'sandbox@example.com',
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: 'Sandbox',
        GIT_COMMITTER_EMAIL: 'sandbox@example.com',
        GIT_COMMITTER_DATE: date,
      },
    })
  }
}

export const createGitSandbox = (): GitSandbox => new GitSandbox()
