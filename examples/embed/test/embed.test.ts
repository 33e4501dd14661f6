import type { AddressInfo } from 'node:net'
import { createClient } from '@gitferry/client'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Application, startApplication } from '../application.ts'

let sandbox: ApiSandbox
let application: Application
let base: string
const said: string[] = []

beforeEach(async () => {
  sandbox = createApiSandbox()
  said.length = 0
  const { dataDir } = sandbox
  application = await startApplication({ dataDir, port: 0, say: (line) => said.push(line) })
  base = `http://127.0.0.1:${(application.server.address() as AddressInfo).port}`
})

afterEach(async () => {
  await application.stop()
  sandbox.remove()
})

it('keeps its own page, embeds gitferry, and serves the API beside it', async () => {
  const { gitferry } = application
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

  expect(await (await fetch(base)).text()).toBe(`The shop is open.\n${task.name}: success\n`)
  const remote = createClient({ baseUrl: base })
  expect((await remote.repos.get(repo.id)).name).toBe(repo.name)
})

it('answers 500, and lives on, when its page cannot be had from gitferry', async () => {
  await application.gitferry.stop()
  for (const _ of [1, 2]) expect((await fetch(base)).status).toBe(500)
  expect(said).toHaveLength(2)
})
