import { join } from 'node:path'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { type ApiSubject, createApiSandbox } from '@gitferry/core/testing'

/** gitferry in this process, on SQLite, with a fresh sandbox. */
export async function inProcess(): Promise<ApiSubject & { readonly api: Gitferry }> {
  const sandbox = createApiSandbox()
  const { dataDir, root } = sandbox
  const storage = sqliteStorage({ path: join(dataDir, 'gitferry.db') })
  const api = createGitferry({ storage, dataDir, repoRoots: [root] })
  await api.start()
  return {
    api,
    sandbox,
    dispose: async () => {
      await api.stop()
      sandbox.remove()
    },
  }
}
