import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type ServerProcess, startServer, stopServer } from '../../../test/server-process.ts'
import { carryOver } from '../carry-over.ts'
import { watchRuns } from '../watch-runs.ts'

let server: ServerProcess | undefined
let sandbox: ApiSandbox

beforeEach(() => {
  sandbox = createApiSandbox()
})

afterEach(async () => {
  if (server) await stopServer(server)
  server = undefined
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

it('hears of every run that ends on the server, until it has heard enough', async () => {
  const { clonePath, dataDir, root } = sandbox
  server = await startServer(['--data-dir', dataDir, '--repo-root', root])
  const { url } = server
  const once = () => carryOver({ server: url, repository: clonePath, branch: 'main' })
  const said: string[] = []
  const stop = watchRuns({ server: url, say: (line) => said.push(line) })
  try {
    // it is told from the moment on at which the server answers, which nobody else sees
    await vi.waitFor(
      async () => {
        await once()
        expect(said.length).toBeGreaterThan(0)
      },
      { timeout: 20_000 },
    )
  } finally {
    stop()
  }
  expect(said[0]).toMatch(/^run \d+ \(manual\): success /)
  const heard = said.length
  await once()
  expect(said).toHaveLength(heard)
})
