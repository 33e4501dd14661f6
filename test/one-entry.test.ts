import { join } from 'node:path'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry } from '@gitferry/core'
import { createApiSandbox } from '@gitferry/core/testing'
import { createApp } from '@gitferry/server'
import { expect, it } from 'vitest'
import { checkedFetch } from './checked-fetch.ts'

it('a change whose answer fails after it was stored has one audit entry, its success', async () => {
  const sandbox = await createApiSandbox()
  const { dataDir } = sandbox
  const open = () =>
    createGitferry({ storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }), dataDir })
  const gitferry = open()
  const release = sandbox.holdPushes()
  try {
    await gitferry.start()
    const repo = await gitferry.repos.register({ path: sandbox.clonePath })
    const task = { repo_id: repo.id, source_branch: 'main', target_remote: 'backup' }
    const { id } = await gitferry.sync.tasks.create(task)
    const begun = new Promise<void>((resolve) => gitferry.on('run.started', () => resolve()))
    const request = new Request(`http://localhost/api/v1/sync/tasks/${id}/run?wait=true`, {
      method: 'POST',
      headers: { host: 'localhost' },
    })
    const app = createApp(gitferry)
    const { fetch } = checkedFetch(async (given) =>
      app.fetch(given as Request, { clientAddress: '127.0.0.1' }),
    )
    const answer = fetch(request)
    await begun
    await gitferry.stop({ graceful: false })
    expect((await answer).status).toBe(503)
  } finally {
    await gitferry.stop({ graceful: false })
    release()
  }
  const again = open()
  try {
    await again.start()
    const { items } = await again.audit.list({ type: 'run' })
    expect(items).toMatchObject([{ object_type: 'task', result: 'success' }])
  } finally {
    await again.stop()
    sandbox.remove()
  }
})
