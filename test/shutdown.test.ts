import { createClient } from '@gitferry/client'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ServerProcess, startServer, stopServer } from './server-process.ts'

let sandbox: ApiSandbox
let servers: ServerProcess[]

beforeEach(async () => {
  sandbox = await createApiSandbox()
  servers = []
})

afterEach(async () => {
  for (const { child, ended } of servers) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  }
  sandbox.remove()
})

async function start(...flags: string[]) {
  const server = await startServer(['--data-dir', sandbox.dataDir, '--repo-root', sandbox.root, ...flags])
  servers.push(server)
  return { server, api: createClient({ baseUrl: server.url, fetch: server.fetch }) }
}

/** A server whose one run is in the middle of its push, until the answer's `release` is called. */
async function withHeldRun(...flags: string[]) {
  const { api, server } = await start(...flags)
  const release = sandbox.holdPushes()
  const repo = await api.repos.register({ path: sandbox.clonePath })
  const task = await api.sync.tasks.create({
    repo_id: repo.id,
    source_branch: 'main',
    target_remote: 'backup',
  })
  const run = await api.sync.tasks.run(task.id)
  while (!(await api.sync.runs.log(run.id)).includes('pushing')) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return { api, server, run, task, release }
}

const tip = (repository: string) => sandbox.oidOf(repository, 'main')

describe('SIGTERM while a run is under way', () => {
  it('takes no more work, lets the run finish, and exits 0', async () => {
    const { server, run, release } = await withHeldRun()
    const stopped = stopServer(server)
    release()
    expect(await stopped).toBe(0)
    expect(tip(sandbox.bareBackupPath)).toBe(tip(sandbox.originPath))
    const { api } = await start()
    expect(await api.sync.runs.get(run.id)).toMatchObject({ status: 'success', attempt: 1 })
  })

  it('ends the run when the grace is over, exits 0, and runs it again at the next start', async () => {
    const { server, run, release } = await withHeldRun('--grace', '200ms')
    expect(await stopServer(server)).toBe(0)
    expect(tip(sandbox.bareBackupPath)).toBe('')
    release()
    const { api } = await start()
    expect(await api.sync.runs.wait(run.id)).toMatchObject({ status: 'success', attempt: 2 })
    expect(tip(sandbox.bareBackupPath)).toBe(tip(sandbox.originPath))
  })
})
