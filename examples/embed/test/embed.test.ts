import type { AddressInfo } from 'node:net'
import { createClient } from '@gitferry/client'
import { createApiSandbox } from '@gitferry/core/testing'
import { expect, it } from 'vitest'
import { startApplication } from '../application.ts'

it('keeps its own page, embeds gitferry, and serves the API beside it', async () => {
  const sandbox = await createApiSandbox()
  const said: string[] = []
  const { dataDir } = sandbox
  const { gitferry, server, stop } = await startApplication({
    dataDir,
    port: 0,
    say: (line) => said.push(line),
  })
  try {
    const repo = await gitferry.repos.register({ path: sandbox.clonePath })
    const task = await gitferry.sync.tasks.create({
      repo_id: repo.id,
      source_branch: 'main',
      target_remote: 'backup',
    })
    await gitferry.sync.tasks.run(task.id, { wait: true })
    const tip = sandbox.git(sandbox.bareBackupPath, 'rev-parse', 'refs/heads/main')
    expect(tip).toBe(sandbox.git(sandbox.originPath, 'rev-parse', 'refs/heads/main'))
    expect(said).toEqual([`run 1 ended: success ${tip}`])

    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await (await fetch(base)).text()).toBe(`The shop is open.\n${task.name}: success\n`)
    const remote = createClient({ baseUrl: base })
    expect((await remote.repos.get(repo.id)).name).toBe(repo.name)
  } finally {
    await stop()
    sandbox.remove()
  }
})
