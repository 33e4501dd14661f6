import { randomBytes } from 'node:crypto'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import type { AuditEntry } from '@gitferry/core/contract'
import { type TableName, tables } from '@gitferry/core/ports'
import { type ApiSandbox, createApiSandbox, createTestClock, type TestClock } from '@gitferry/core/testing'
import { createApp } from '@gitferry/server'
import { checkedFetch } from '../checked-fetch.ts'

export const webhookSecret = randomBytes(32).toString('hex')

export interface Sent {
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
  /** Default: this machine’s. */
  readonly from?: string | undefined
}

/** A gitferry on a clock that stands still, with one record of everything that has an id, and its HTTP API. */
export interface RightsWorld {
  readonly api: Gitferry
  readonly clock: TestClock
  readonly sandbox: ApiSandbox
  /** Sends `GET /api/v1/repos`. */
  send(request: string, sent?: Sent): Promise<Response>
  /** Everything that is stored or stands in git, but for the audit log and when tokens were used. */
  snapshot(): Promise<unknown>
  /** What was recorded since the last call, the oldest first. */
  newEntries(): Promise<readonly AuditEntry[]>
  dispose(): Promise<void>
}

const stored = Object.keys(tables).filter((name) => !name.startsWith('audit_')) as TableName[]

/** One record of each kind; the first of each has the id 1. */
async function fill(api: Gitferry, { bareBackupPath, clonePath, originPath, sshKey }: ApiSandbox) {
  const { id: repo_id } = await api.repos.register({ path: clonePath })
  await api.jobs.wait((await api.repos.clone({ url: originPath, name: 'second' })).id)
  await api.repos.remotes.add(repo_id, { name: 'spare', fetch_url: bareBackupPath })
  const task = { repo_id, source_branch: 'main', target_remote: 'backup', on_diverge: 'overwrite' } as const
  const { id: taskId } = await api.sync.tasks.create(task)
  await api.sync.tasks.plan(taskId)
  await api.sync.tasks.run(taskId, { wait: true })
  await api.keys.create({ name: 'key', private_key: sshKey().privateKey })
  await api.credentials.create({ name: 'c', type: 'token', origin: 'https://git.example.org', token: 'x' })
  const known_host = `git.example.org ${sshKey().publicKey}`
  await api.hostKeys.create({ known_host })
  const config = { webhook: 'https://hooks.example.org/x' }
  await api.notifications.channels.create({ name: 'ops', type: 'memory', config })
  await api.users.create({ name: 'spare' })
  await api.accessKeys.create({ name: 'spare', scope: 'read' })
}

async function everything<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

export async function rightsWorld(options: { readonly insecure?: boolean; readonly empty?: boolean } = {}) {
  const sandbox = createApiSandbox()
  const clock = createTestClock()
  const storage = memoryStorage()
  const api = createGitferry({
    storage,
    clock,
    dataDir: sandbox.dataDir,
    repoRoots: [sandbox.root],
    notifiers: [sandbox.notifier],
    secrets: aesGcmSecrets({ key: randomBytes(32) }),
    webhooks: { secrets: [webhookSecret], rateLimit: 1_000_000 },
    forkServer: false,
  })
  await api.start()
  if (!options.empty) await fill(api, sandbox)
  const app = createApp(api, { insecure: options.insecure ?? false })
  let lastEntry = 0

  const world: RightsWorld = {
    api,
    clock,
    sandbox,
    send(request, { body, from = '127.0.0.1', headers = {} } = {}) {
      const [method = 'GET', path = '/'] = request.split(' ')
      const type = body === undefined ? {} : { 'Content-Type': 'application/json' }
      const { fetch } = checkedFetch(async (given) => app.fetch(given as Request, { clientAddress: from }))
      const init = { method, headers: { Host: 'localhost', ...type, ...headers } }
      return fetch(`http://localhost${path}`, body === undefined ? init : { ...init, body })
    },
    async snapshot() {
      const rows = await Promise.all(stored.map((name) => storage.collection(name).find()))
      const tokens = rows[stored.indexOf('tokens')]!.map((row) => ({
        ...row,
        last_used_at: null,
        version: 0,
      }))
      const refs = [sandbox.clonePath, sandbox.bareBackupPath].map((path) =>
        sandbox.git(path, 'for-each-ref'),
      )
      return { ...Object.fromEntries(stored.map((name, index) => [name, rows[index]])), tokens, refs }
    },
    async newEntries() {
      const entries = (await everything(api.audit.all())).filter(({ id }) => id > lastEntry)
      lastEntry = Math.max(lastEntry, ...entries.map(({ id }) => id))
      return entries.sort((a, b) => a.id - b.id)
    },
    async dispose() {
      app[Symbol.dispose]()
      await api.stop()
      sandbox.remove()
    },
  }
  await world.newEntries()
  return world
}
