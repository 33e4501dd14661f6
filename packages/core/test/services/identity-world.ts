import { randomBytes } from 'node:crypto'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { type AuditEntry, createGitferry, type Gitferry } from '@gitferry/core'
import { eventNames } from '@gitferry/core/contract'
import { GitferryError } from '@gitferry/core/errors'
import type { Collection, SecretBox, StorageAdapter, StorageSession, TableName } from '@gitferry/core/ports'
import { type ApiSandbox, createApiSandbox, createTestClock, type TestClock } from '@gitferry/core/testing'

/** gitferry in this process, with a clock that stands still, over a storage that can be looked into, and fail. */
export interface IdentityWorld extends AsyncDisposable {
  readonly api: Gitferry
  readonly clock: TestClock
  readonly sandbox: ApiSandbox
  readonly storage: StorageAdapter
  readonly secrets: SecretBox | undefined
  /** Lines that were logged, with their fields. */
  readonly log: readonly string[]
  /** Everything that is stored, logged or told, as one text. */
  everything(): Promise<string>
  /** The last audit entry. */
  lastEntry(): Promise<AuditEntry | undefined>
  /** Another gitferry on what this one has stored. */
  another(): Promise<Gitferry>
  /** Every call of this method of a table fails from now on. */
  fail(table: TableName, method: 'insert' | 'updateWhere' | 'find'): void
  /** How often a method of a table was called. */
  called(table: TableName, method: keyof Collection<never>): number
}

const watched = [
  'users',
  'tokens',
  'access_keys',
  'settings',
  'audit_log',
  'audit_intents',
] as const satisfies TableName[]

export async function identityWorld({ sealing = true } = {}): Promise<IdentityWorld> {
  const sandbox = createApiSandbox()
  const memory = memoryStorage()
  const failing = new Set<string>()
  const calls = new Map<string, number>()
  const watch = (session: StorageSession): StorageSession => ({
    collection: (name) =>
      new Proxy(session.collection(name), {
        get(target, method: keyof Collection<never>) {
          if (failing.has(`${name}.${method}`)) {
            return () => Promise.reject(new GitferryError('STORAGE_FAILED', 'The disk is gone.'))
          }
          const call = `${name}.${method}`
          calls.set(call, (calls.get(call) ?? 0) + 1)
          return target[method].bind(target)
        },
      }),
  })
  const storage: StorageAdapter = {
    name: memory.name,
    capabilities: memory.capabilities,
    open: () => memory.open(),
    // kept for another gitferry
    close: async () => {},
    collection: (name) => watch(memory).collection(name),
    transaction: (work) => memory.transaction((session) => work(watch(session))),
  }
  const secrets = sealing ? aesGcmSecrets({ key: randomBytes(32) }) : undefined
  const clock = createTestClock()
  const log: string[] = []
  const write = (message: string, fields?: unknown) => void log.push(`${message} ${JSON.stringify(fields)}`)
  const logger = { debug: write, info: write, warn: write, error: write }
  const started: Gitferry[] = []
  const start = async (dataDir: string) => {
    const options = { storage, secrets, dataDir, clock, logger, repoRoots: [sandbox.root], forkServer: false }
    const api = createGitferry(options)
    started.push(api)
    await api.start()
    return api
  }
  const api = await start(sandbox.dataDir)
  const told: unknown[] = []
  for (const name of eventNames) api.on(name, (event) => told.push({ name, event }))
  return {
    api,
    clock,
    sandbox,
    storage,
    secrets,
    log,
    everything: async () => {
      const rows = await Promise.all(watched.map((table) => memory.collection<TableName>(table).find()))
      return JSON.stringify([rows, log, told])
    },
    lastEntry: async () => (await api.audit.list({ page_size: 1 })).items[0],
    another: () => start(`${sandbox.dataDir}-${started.length}`),
    fail: (table, method) => void failing.add(`${table}.${method}`),
    called: (table, method) => calls.get(`${table}.${method}`) ?? 0,
    [Symbol.asyncDispose]: async () => {
      for (const each of started) await each.stop({ graceful: false })
      sandbox.remove()
    },
  }
}
