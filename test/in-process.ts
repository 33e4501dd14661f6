import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { type ApiSubject, createApiSandbox } from '@gitferry/core/testing'

/** gitferry in this process, on SQLite or in memory, with a fresh sandbox. */
export async function inProcess({ inMemory = false } = {}): Promise<ApiSubject & { readonly api: Gitferry }> {
  const sandbox = createApiSandbox()
  const { dataDir, notifier, root } = sandbox
  const storage = inMemory ? memoryStorage() : sqliteStorage({ path: join(dataDir, 'gitferry.db') })
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
