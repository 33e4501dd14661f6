import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import {
  type CreateSyncTask,
  createGitferry,
  type Gitferry,
  type GitferryOptions,
  type RunWithRefs,
} from '@gitferry/core'
import type { StorageAdapter } from '@gitferry/core/ports'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { type GitHttpServer, serveGit } from '../git-http-server.ts'
import { testSecrets } from '../test-secrets.ts'
import { addCommits } from './add-commits.ts'
import { type FaultyProxy, faultyProxy } from './faulty-proxy.ts'
import { leftOvers } from './left-overs.ts'
import { quickClock } from './quick-clock.ts'

/** Full name → oid, as `git for-each-ref` shows it. */
export type Refs = Readonly<Record<string, string>>

/** Two repositories on a git server, a gitferry that syncs one to the other, and everything that can go wrong between. */
export interface FaultWorld extends AsyncDisposable {
  readonly sandbox: ApiSandbox
  readonly api: Gitferry
  /** Stands before both repositories. */
  readonly proxy: FaultyProxy
  readonly taskId: number
  /** What the source has that the task covers. */
  source(): Refs
  /** Every ref of the target. */
  target(): Refs
  /** Gives the source one more commit on every branch that the task covers; `size` in bytes of all. Default 100,000. */
  commit(size?: number): void
  /** Runs the task to its end. */
  run(): Promise<RunWithRefs>
  /** Stops gitferry and starts another one on the same records and the same data directory. */
  restart(): Promise<void>
  /** The store behind the repository. */
  store(): string
  /** Processes, locks and half-made files that should not be there. */
  leftOvers(): readonly string[]
}

export interface FaultWorldOptions {
  /** One branch, or ten in one mirror. Default `branch`. */
  readonly mode?: 'branch' | 'mirror'
  readonly task?: Partial<CreateSyncTask>
  readonly options?: Partial<GitferryOptions>
  /** Whether a first run brings both sides in step. Default true. */
  readonly isInStep?: boolean
  /** A git server of the test's own. */
  readonly serve?: (root: string) => Promise<GitHttpServer>
}

export const tenBranches: readonly string[] = Array.from({ length: 10 }, (_, number) => `line/${number + 1}`)

/** What a task of either mode covers. */
const covered = {
  branch: { branches: ['main'], task: { source_branch: 'main' } },
  mirror: { branches: tenBranches, task: { mode: 'mirror', refs: ['refs/heads/line/*'], tags: false } },
} as const

/** A commit too large for one packet of the protocol (64 KiB). */
const commitSize = 100_000

export async function faultWorld({
  mode = 'branch',
  task = {},
  options = {},
  isInStep = true,
  serve = serveGit,
}: FaultWorldOptions = {}): Promise<FaultWorld> {
  const sandbox = createApiSandbox()
  const { branches, task: what } = covered[mode]
  const { bareBackupPath, clonePath, originPath, root } = sandbox
  const { dataDir = sandbox.dataDir } = options
  if (mode === 'mirror') {
    for (const branch of branches) sandbox.git(originPath, 'branch', branch, 'main')
    // so that none has what another one has
    addCommits(originPath, branches, 100)
  }
  const server = await serve(root)
  const proxy = await faultyProxy(server.port)
  sandbox.git(clonePath, 'remote', 'set-url', 'origin', `${proxy.url}/origin.git`)
  sandbox.git(clonePath, 'remote', 'set-url', 'backup', `${proxy.url}/backup.git`)

  const records = lasting(memoryStorage())
  const secrets = testSecrets()
  const start = async () => {
    const gitferry = createGitferry({
      storage: records,
      secrets,
      dataDir,
      repoRoots: [root],
      allowOutgoing: ['127.0.0.1'],
      clock: quickClock(50),
      ...options,
    })
    await gitferry.start()
    return gitferry
  }
  let api = await start()
  const { id: repo_id } = await api.repos.register({ path: clonePath, name: 'clone' })
  const remotes = { source_remote: 'origin', target_remote: 'backup' }
  const { id: taskId } = await api.sync.tasks.create({
    repo_id,
    ...remotes,
    ...what,
    refs: [...('refs' in what ? what.refs : [])],
    ...task,
  })

  const refsOf = (path: string, ...patterns: readonly string[]): Refs => {
    const lines = sandbox.git(path, 'for-each-ref', '--format=%(refname) %(objectname)', ...patterns)
    return Object.fromEntries(lines.split('\n').flatMap((line) => (line ? [line.split(' ')] : [])))
  }
  const run = async () => {
    const { id } = await api.sync.tasks.run(taskId)
    return api.sync.runs.wait(id)
  }
  if (isInStep) {
    const first = await run()
    if (first.status !== 'success') throw new Error(`the first run was no success: ${JSON.stringify(first)}`)
  }
  proxy.heal()
  return {
    sandbox,
    get api() {
      return api
    },
    proxy,
    taskId,
    source: () => refsOf(originPath, ...branches.map((branch) => `refs/heads/${branch}`)),
    target: () => refsOf(bareBackupPath),
    commit: (size = commitSize) => addCommits(originPath, branches, Math.ceil(size / branches.length)),
    run,
    async restart() {
      await api.stop()
      api = await start()
    },
    store() {
      const [name] = readdirSync(join(dataDir, 'stores')).filter((entry) => /^[0-9a-f].*\.git$/.test(entry))
      if (name === undefined) throw new Error('there is no store')
      return join(dataDir, 'stores', name)
    },
    leftOvers: () => leftOvers({ dataDir, originPath, bareBackupPath }),
    async [Symbol.asyncDispose]() {
      await api.stop({ graceful: false })
      await proxy.close()
      await server.close()
      sandbox.remove()
    },
  }
}

/** A storage that is still there after `close`, as a file would be. */
function lasting(storage: StorageAdapter): StorageAdapter {
  return {
    name: 'lasting',
    capabilities: storage.capabilities,
    open: () => storage.open(),
    close: async () => {},
    collection: (name) => storage.collection(name),
    transaction: (work) => storage.transaction(work),
  }
}
