import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { type ApiSubject, createApiSandbox } from '@gitferry/core/testing'

/** A database with tables and no rows: making the tables takes as long as many a case. */
let empty: Promise<Buffer> | undefined

async function makeEmpty(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'gitferry-empty-'))
  try {
    const path = join(folder, 'gitferry.db')
    const storage = sqliteStorage({ path })
    await storage.open()
    await storage.close()
    return readFileSync(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function onSqlite(path: string) {
  empty ??= makeEmpty()
  writeFileSync(path, await empty)
  return sqliteStorage({ path })
}

/** gitferry in this process, on SQLite or in memory, with a fresh sandbox. */
export async function inProcess({ inMemory = false } = {}): Promise<ApiSubject & { readonly api: Gitferry }> {
  const sandbox = createApiSandbox()
  const { dataDir, notifier, root } = sandbox
  const storage = inMemory ? memoryStorage() : await onSqlite(join(dataDir, 'gitferry.db'))
  const secrets = aesGcmSecrets({ key: randomBytes(32) })
  const repoRoots = [root]
  const notifiers = [notifier]
  // one that is started from the sources takes longer to be there than most cases
  const forkServer = false
  const api = createGitferry({ storage, dataDir, repoRoots, notifiers, secrets, forkServer })
  await api.start()
  return {
    api,
    sandbox,
    signedIn: async (token) => api.as(await api.authenticate(token)),
    dispose: async () => {
      await api.stop()
      sandbox.remove()
    },
  }
}
