import { createApiSandbox } from '@gitferry/core/testing'
import { afterEach, expect, it } from 'vitest'
import { type ServerProcess, startServer, stopServer } from '../../../test/server-process.ts'
import { carryOver } from '../carry-over.ts'

let server: ServerProcess | undefined
const sandbox = await createApiSandbox()

afterEach(async () => {
  if (server) await stopServer(server)
  sandbox.remove()
})

it('carries a branch over through the server, and again through the repository that is registered by then', async () => {
  const { bareBackupPath, clonePath, dataDir, originPath, root } = sandbox
  server = await startServer(['--data-dir', dataDir, '--repo-root', root])
  for (const branch of ['main', 'feature/login']) {
    const range = await carryOver({ server: server.url, repository: clonePath, branch })
    const tip = sandbox.git(bareBackupPath, 'rev-parse', `refs/heads/${branch}`)
    expect(range).toBe(tip)
    expect(tip).toBe(sandbox.git(originPath, 'rev-parse', `refs/heads/${branch}`))
  }
})
