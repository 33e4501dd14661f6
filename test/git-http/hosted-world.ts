import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry, type GitferryOptions, type Repo } from '@gitferry/core'
import type { ProtectedRef, Role } from '@gitferry/core/contract'
import type { StorageAdapter } from '@gitferry/core/ports'
import { createApp } from '@gitferry/server'
import { type Listening, type ServeOptions, serve } from '@gitferry/server/node'

/** What a git client was told, and how it ended. */
export interface GitResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface GitClientOptions {
  readonly cwd?: string
  /** The token that git shows as its password. Default: none, and nobody is asked. */
  readonly token?: string
  /** Whether git is given the token by a helper, once it is asked for it; else it shows it at once, which is cheaper. */
  readonly asksHelper?: boolean
  readonly env?: Readonly<Record<string, string>>
}

/** gitferry with its HTTP server in this process, and git clients that are processes of their own. */
export interface HostedWorld extends AsyncDisposable {
  readonly api: Gitferry
  readonly storage: StorageAdapter
  readonly root: string
  readonly dataDir: string
  readonly listening: Listening
  /** The address of a repository: `local/name`. */
  url(path: string): string
  git(args: readonly string[], options?: GitClientOptions): Promise<GitResult>
  /** Starts a client, to be ended by whoever asks. */
  start(args: readonly string[], options?: GitClientOptions): ChildProcess
  /** A user with one role in one repository, and a token that gives no more. */
  member(name: string, repo: Pick<Repo, 'id'>, role: Role | undefined): Promise<string>
  protect(repo: Pick<Repo, 'id'>, rule: Pick<ProtectedRef, 'kind' | 'name' | 'push_level'>): Promise<void>
  /** A worktree with one commit on `main`. */
  worktree(name: string): Promise<string>
  /** Adds a commit to a worktree. */
  commit(worktree: string, file: string, content?: string): Promise<void>
  /** The pids of gitferry’s own gits that are recorded now. */
  children(): string[]
  /** What is left of pushes. */
  pushes(): string[]
}

export async function hostedWorld(
  options: Partial<GitferryOptions> = {},
  serveOptions: ServeOptions = {},
): Promise<HostedWorld> {
  const root = mkdtempSync(join(tmpdir(), 'gitferry-hosted-'))
  const dataDir = join(root, 'data')
  const storage = memoryStorage()
  const secrets = aesGcmSecrets({ key: randomBytes(32) })
  const api = createGitferry({ storage, dataDir, secrets, forkServer: false, ...options })
  await api.start()
  const listening = await serve(createApp(api), { port: 0, ...serveOptions })

  const shown = (token: string, asksHelper: boolean) =>
    asksHelper
      ? ['credential.helper', `!echo username=ann; echo password=${token} #`]
      : ['http.extraHeader', `Authorization: Basic ${Buffer.from(`ann:${token}`).toString('base64')}`]
  const environment = ({ token, env, asksHelper = false }: GitClientOptions) => ({
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'ann',
    GIT_AUTHOR_EMAIL: 'ann@example.org',
    GIT_COMMITTER_NAME: 'ann',
    GIT_COMMITTER_EMAIL: 'ann@example.org',
    ...(token !== undefined && {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: shown(token, asksHelper)[0],
      GIT_CONFIG_VALUE_0: shown(token, asksHelper)[1],
    }),
    ...env,
  })
  const start = (args: readonly string[], given: GitClientOptions = {}) =>
    spawn('git', args, { cwd: given.cwd ?? root, env: environment(given), stdio: ['ignore', 'pipe', 'pipe'] })
  const git = (args: readonly string[], given: GitClientOptions = {}) =>
    new Promise<GitResult>((resolve, reject) => {
      const child = start(args, given)
      const out: Buffer[] = []
      const err: Buffer[] = []
      child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
      child.once('error', reject)
      child.once('close', (code) =>
        resolve({ code: code ?? -1, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
      )
    })
  const done = async (args: readonly string[], given?: GitClientOptions) => {
    const result = await git(args, given)
    if (result.code !== 0) throw new Error(`git ${args.join(' ')}: ${result.err}`)
  }
  const commit: HostedWorld['commit'] = async (cwd, file, content = `${file}\n`) => {
    writeFileSync(join(cwd, file), content)
    await done(['add', '.'], { cwd })
    await done(['commit', '-q', '-m', file], { cwd })
  }
  const names = (folder: string) => {
    try {
      return readdirSync(join(dataDir, folder))
    } catch {
      return []
    }
  }
  return {
    api,
    storage,
    root,
    dataDir,
    listening,
    url: (path) => `${listening.url}/${path}.git`,
    git,
    start,
    async member(name, repo, role) {
      const user = await api.users.create({ name })
      const times = { created_at: new Date(0).toISOString() }
      if (role !== undefined) {
        const row = { repo_id: repo.id, project_id: null, user_id: user.id, role, ...times }
        await storage.collection('members').insert(row)
      }
      return (await api.tokens.create({ name, user_id: user.id, scope: 'member' })).token
    },
    async protect(repo, rule) {
      const now = new Date(0).toISOString()
      const row = { repo_id: repo.id, merge_level: null, created_at: now, updated_at: now, ...rule }
      await storage.collection('protected_refs').insert(row)
    },
    async worktree(name) {
      const cwd = join(root, name)
      await done(['init', '-q', '-b', 'main', cwd])
      await commit(cwd, 'a')
      return cwd
    },
    commit,
    children: () => names('children'),
    pushes: () => names('pushes'),
    async [Symbol.asyncDispose]() {
      await listening.close({ timeoutMs: 0 })
      await api.stop({ graceful: false })
      rmSync(root, { recursive: true, force: true })
    },
  }
}
