import { randomBytes } from 'node:crypto'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { type AuditEntry, createGitferry, type Gitferry, type GitferryEvents } from '@gitferry/core'
import type { SecretBox, StorageAdapter } from '@gitferry/core/ports'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'

/** gitferry in this process over a storage that can be looked into. */
export interface KeyWorld extends AsyncDisposable {
  readonly api: Gitferry
  readonly storage: StorageAdapter
  readonly secrets: SecretBox | undefined
  readonly sandbox: ApiSandbox
  /** Events about keys and repositories since the last time they were taken. */
  takeEvents(): { readonly name: string; readonly data: unknown }[]
  /** The audit entries since the last time they were taken, oldest first. */
  takeEntries(): Promise<AuditEntry[]>
  /** Lines that were logged, with their fields. */
  readonly log: readonly string[]
}

const watched = ['key.created', 'key.updated', 'key.deleted'] as const satisfies (keyof GitferryEvents)[]

export async function keyWorld({ sealing = true }: { readonly sealing?: boolean } = {}): Promise<KeyWorld> {
  const sandbox = createApiSandbox()
  const storage = memoryStorage()
  const secrets = sealing ? aesGcmSecrets({ key: randomBytes(32) }) : undefined
  const log: string[] = []
  const write = (message: string, fields?: unknown) => void log.push(`${message} ${JSON.stringify(fields)}`)
  const api = createGitferry({
    storage,
    secrets,
    dataDir: sandbox.dataDir,
    repoRoots: [sandbox.root],
    allowOutgoing: ['127.0.0.1'],
    forkServer: false,
    logger: { debug: write, info: write, warn: write, error: write },
  })
  await api.start()
  let events: { name: string; data: unknown }[] = []
  for (const name of watched) api.on(name, (data) => events.push({ name, data }))
  let seen = 0
  return {
    api,
    storage,
    secrets,
    sandbox,
    log,
    takeEvents() {
      const taken = events
      events = []
      return taken
    },
    async takeEntries() {
      const { items } = await api.audit.list({ page_size: 100 })
      const fresh = items.filter(({ id }) => id > seen).reverse()
      seen = items[0]?.id ?? seen
      return fresh
    },
    async [Symbol.asyncDispose]() {
      await api.stop()
      sandbox.remove()
    },
  }
}
