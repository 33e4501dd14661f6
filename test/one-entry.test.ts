import { join } from 'node:path'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry, type Gitferry } from '@gitferry/core'
import type { AuditObjectType, AuditType } from '@gitferry/core/contract'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { createApp } from '@gitferry/server'
import { expect, it } from 'vitest'
import { checkedFetch } from './checked-fetch.ts'

/** What a case needs before it asks, and what it asks: for a run, waiting for its end. */
type Ask = (
  gitferry: Gitferry,
  taskId: number,
  sandbox: ApiSandbox,
) => Promise<{ path: string; body?: object }>

const table: [type: AuditType, object: AuditObjectType, ask: Ask][] = [
  ['run', 'task', async (_, taskId) => ({ path: `/sync/tasks/${taskId}/run` })],
  [
    'apply',
    'plan',
    async ({ sync }, taskId) => ({ path: `/sync/plans/${(await sync.tasks.plan(taskId)).id}/apply` }),
  ],
  [
    'restore',
    'run',
    async ({ sync }, taskId, sandbox) => {
      await sync.tasks.run(taskId, { wait: true })
      sandbox.commit(sandbox.originPath, 'main', 'only in origin\n')
      sandbox.commit(sandbox.bareBackupPath, 'main', 'only in backup\n')
      const { id } = await sync.tasks.run(taskId, { wait: true })
      return { path: `/sync/runs/${id}/restore`, body: {} }
    },
  ],
]

it.each(table)(
  'a change whose answer fails after it was stored has one audit entry, its success: %s',
  async (type, object_type, ask) => {
    const sandbox = await createApiSandbox()
    const { dataDir } = sandbox
    const open = () =>
      createGitferry({ storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }), dataDir })
    const gitferry = open()
    let release = () => {}
    try {
      await gitferry.start()
      const repo = await gitferry.repos.register({ path: sandbox.clonePath })
      const { id } = await gitferry.sync.tasks.create({
        repo_id: repo.id,
        source_branch: 'main',
        target_remote: 'backup',
        on_diverge: 'overwrite',
      })
      const { path, body } = await ask(gitferry, id, sandbox)
      release = sandbox.holdPushes()
      const begun = new Promise<void>((resolve) => gitferry.on('run.started', () => resolve()))
      const request = new Request(`http://localhost/api/v1${path}?wait=true`, {
        method: 'POST',
        headers: { host: 'localhost', ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
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
      const { items } = await again.audit.list({ type, object_type })
      expect(items).toMatchObject([{ object_type, result: 'success' }])
    } finally {
      await again.stop()
      sandbox.remove()
    }
  },
)
