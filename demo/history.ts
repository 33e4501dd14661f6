import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The repositories of the demo, all made by plain git in one temporary folder. */
export interface History extends AsyncDisposable {
  readonly root: string
  readonly origin: string
  readonly backup: string
  readonly clone: string
  /** Empty repositories that the clone knows nothing of. */
  readonly vault: string
  readonly mirror: string
  /** Plain git, as a person would type it; answers what it prints, trimmed. */
  git(cwd: string, ...args: string[]): Promise<string>
  /** One commit on a branch of a bare repository, without a worktree; answers its oid. */
  commit(repository: string, branch: string, message: string): Promise<string>
  /** The oid of a branch, `null` when there is none. */
  tipOf(repository: string, branch?: string): Promise<string | null>
  /** Every branch and tag with its oid, a line each. */
  refsOf(repository: string): Promise<string>
}

const identity = 'Demo <demo@example.invalid>'
const start = Date.parse('2026-01-05T09:00:00Z') / 1000

/** 320 commits on main, three branches off it (one of them with a slash), three tags; three empty targets; a clone. */
export async function makeHistory(): Promise<History> {
  const root = await mkdtemp(join(tmpdir(), 'gitferry-demo-'))
  try {
    return await fill(root)
  } catch (error) {
    await remove(root)
    throw error
  }
}

const remove = (root: string) => rm(root, { recursive: true, force: true })

async function fill(root: string): Promise<History> {
  const env = {
    PATH: process.env.PATH,
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Demo',
    GIT_AUTHOR_EMAIL: 'demo@example.invalid',
    GIT_COMMITTER_NAME: 'Demo',
    GIT_COMMITTER_EMAIL: 'demo@example.invalid',
  }
  const git = async (cwd: string, ...args: string[]) => {
    const { stdout } = await run('git', args, { cwd, env, maxBuffer: 64 * 1024 * 1024 })
    return stdout.trim()
  }
  const origin = join(root, 'origin.git')
  const backup = join(root, 'backup.git')
  const vault = join(root, 'vault.git')
  const mirror = join(root, 'mirror.git')
  const clone = join(root, 'project')
  for (const path of [origin, backup, vault, mirror]) {
    await git(root, 'init', '-q', '--bare', '-b', 'main', path)
  }

  const importer = spawn('git', ['fast-import', '--quiet'], {
    cwd: origin,
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  importer.stdin.end(fastImport())
  const [code] = (await once(importer, 'exit')) as [number]
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`)

  await git(root, 'clone', '-q', origin, clone)
  await git(clone, 'remote', 'add', 'backup', backup)
  return {
    root,
    origin,
    backup,
    clone,
    vault,
    mirror,
    git,
    async commit(repository, branch, message) {
      const ref = `refs/heads/${branch}`
      const parent = await git(repository, 'rev-parse', ref)
      const oid = await git(repository, 'commit-tree', '-p', parent, '-m', message, `${parent}^{tree}`)
      await git(repository, 'update-ref', ref, oid, parent)
      return oid
    },
    tipOf: (repository, branch = 'main') =>
      git(repository, 'rev-parse', '--verify', '-q', `refs/heads/${branch}`).catch(() => null),
    refsOf: (repository) =>
      git(repository, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags'),
    [Symbol.asyncDispose]: () => remove(root),
  }
}

/** The whole history as one stream for `git fast-import`. */
function fastImport(): string {
  const commits: string[] = []
  let mark = 0
  const commit = (branch: string, from: number | undefined, file: string, text: string) => {
    mark += 1
    const message = `${file}: step ${mark}`
    commits.push(
      `commit refs/heads/${branch}\nmark :${mark}\ncommitter ${identity} ${start + mark * 600} +0000\n` +
        `data ${message.length}\n${message}\n${from === undefined ? '' : `from :${from}\n`}` +
        `M 100644 inline ${file}\ndata ${text.length}\n${text}\n`,
    )
    return mark
  }
  for (let step = 1; step <= 320; step += 1)
    commit('main', undefined, `src/part-${step % 17}.txt`, `line ${step}\n`)
  for (const [branch, from] of [
    ['develop', 300],
    ['feature/login', 250],
    ['release-1', 200],
  ] as const) {
    let tip = commit(branch, from, `${branch.replace('/', '-')}.txt`, 'begun\n')
    for (let step = 0; step < 5; step += 1)
      tip = commit(branch, tip, `${branch.replace('/', '-')}.txt`, `step ${step}\n`)
  }
  for (const [tag, from] of [
    ['v1.0.0', 100],
    ['v1.1.0', 200],
    ['v2.0.0', 300],
  ] as const) {
    commits.push(
      `tag ${tag}\nfrom :${from}\ntagger ${identity} ${start + from * 600} +0000\ndata ${tag.length}\n${tag}\n`,
    )
  }
  return commits.join('')
}
