import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry, type RunWithRefs } from '@gitferry/core'
import type { StorageAdapter } from '@gitferry/core/ports'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import type { TestKey } from './ssh-git-server.ts'
import { testSecrets } from './test-secrets.ts'

/** gitferry over remotes that servers on 127.0.0.1 serve. */
export interface RemoteWorld extends AsyncDisposable {
  readonly sandbox: ApiSandbox
  readonly api: Gitferry
  readonly storage: StorageAdapter
  /** What was logged as a warning or an error. */
  readonly complaints: readonly string[]
  /** Stores a key; answers its id. */
  addKey(key: TestKey): Promise<number>
  /** Stores a credential; answers its id. */
  addCredential(credential: {
    readonly origin: string
    readonly username: string
    readonly secret: string
    readonly type?: 'password' | 'token'
  }): Promise<number>
  /** Registers the clone with these URLs for its remotes; answers the id of a task from `origin` to `backup`. */
  addTask(urls: { readonly origin: string; readonly backup: string }): Promise<number>
  /** Gives a remote, or with `repo` the whole repository, its key or credential. */
  use(
    where: 'origin' | 'backup' | 'repo',
    opens: { readonly ssh_key_id?: number; readonly credential_id?: number },
  ): Promise<void>
  /** Starts another gitferry on the same data directory, with empty records; the first must have stopped. */
  startAgain(): Promise<void>
  /** Runs a task to its end. */
  run(taskId: number): Promise<RunWithRefs>
}

const at = '2026-01-01T00:00:00.000Z'

export async function remoteWorld({
  forkServer = false,
  networkRetries = 0,
  strictHostKeys = false,
}: {
  readonly forkServer?: boolean
  readonly strictHostKeys?: boolean
  /** Default 0: a run waits in real time before each. */
  readonly networkRetries?: number
} = {}): Promise<RemoteWorld> {
  const sandbox = createApiSandbox()
  const secrets = testSecrets()
  const storage = memoryStorage()
  const complaints: string[] = []
  const complain = (message: string, fields?: unknown) =>
    void complaints.push(`${message} ${JSON.stringify(fields)}`)
  const start = async (records: StorageAdapter) => {
    const gitferry = createGitferry({ ...options, storage: records })
    await gitferry.start()
    return gitferry
  }
  const options = {
    secrets,
    dataDir: sandbox.dataDir,
    repoRoots: [sandbox.root],
    allowOutgoing: ['127.0.0.1'],
    forkServer,
    networkRetries,
    strictHostKeys,
    logger: { debug() {}, info() {}, warn: complain, error: complain },
  }
  const api = await start(storage)
  let again: Gitferry | undefined
  const sealed = (table: 'ssh_keys' | 'credentials', column: string, id: number, secret: string) =>
    storage.collection(table).update(id, { [column]: secrets.seal(secret, `${table}.${column}.${id}`) })
  let number = 0
  return {
    sandbox,
    api,
    storage,
    complaints,
    async addKey(key) {
      number += 1
      const { id } = await storage.collection('ssh_keys').insert({
        name: `key ${number}`,
        type: 'ed25519',
        fingerprint: key.fingerprint,
        public_key: key.public,
        has_passphrase: false,
        description: null,
        sealed_private_key: '',
        last_used_at: null,
        created_at: at,
      })
      await sealed('ssh_keys', 'sealed_private_key', id, key.private)
      return id
    },
    async addCredential({ origin, username, secret, type = 'password' }) {
      number += 1
      const { id } = await storage.collection('credentials').insert({
        name: `credential ${number}`,
        type,
        username,
        origin,
        source: 'api',
        sealed_secret: '',
        last_used_at: null,
        created_at: at,
      })
      await sealed('credentials', 'sealed_secret', id, secret)
      return id
    },
    async addTask({ origin, backup }) {
      sandbox.git(sandbox.clonePath, 'remote', 'set-url', 'origin', origin)
      sandbox.git(sandbox.clonePath, 'remote', 'set-url', 'backup', backup)
      const repo = await api.repos.register({ path: sandbox.clonePath, name: 'clone' })
      const task = await api.sync.tasks.create({
        name: 'origin to backup',
        repo_id: repo.id,
        source_remote: 'origin',
        source_branch: 'main',
        target_remote: 'backup',
        target_branch: 'main',
      })
      return task.id
    },
    async use(where, opens) {
      if (where === 'repo') await storage.collection('repos').updateWhere({}, opens)
      else await storage.collection('remotes').updateWhere({ name: where }, opens)
    },
    async startAgain() {
      again = await start(memoryStorage())
    },
    async run(taskId) {
      const { id } = await api.sync.tasks.run(taskId)
      return api.sync.runs.wait(id)
    },
    async [Symbol.asyncDispose]() {
      await api.stop()
      await again?.stop()
      sandbox.remove()
    },
  }
}
