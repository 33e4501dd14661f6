import type { AddressInfo } from 'node:net'
import { createClient } from '@gitferry/client'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DingtalkRobot } from '../../../test/dingtalk-robot.ts'
import { type Application, startApplication } from '../application.ts'

const secret = 'SEC0123456789abcdef'

let sandbox: ApiSandbox
let robot: DingtalkRobot
let application: Application
let base: string
const said: string[] = []

async function start(): Promise<void> {
  application = await startApplication({
    dataDir: sandbox.dataDir,
    port: 0,
    say: (line) => said.push(line),
    robot: { webhook: robot.webhook, secret },
    allowOutgoing: [robot.place],
  })
  base = `http://127.0.0.1:${(application.server.address() as AddressInfo).port}`
}

beforeEach(async () => {
  sandbox = createApiSandbox()
  robot = await DingtalkRobot.start({ secret })
  said.length = 0
  await start()
})

afterEach(async () => {
  await application.stop()
  await robot.close()
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

it('has its operators told of a conflict, by the one channel that it keeps from start to start', async () => {
  await application.stop()
  await start()
  const { gitferry } = application
  const repo = await gitferry.repos.register({ path: sandbox.clonePath })
  const task = await gitferry.sync.tasks.create({
    repo_id: repo.id,
    source_branch: 'main',
    target_remote: 'backup',
  })
  await gitferry.sync.tasks.run(task.id, { wait: true })
  sandbox.commit(sandbox.bareBackupPath, 'main', 'theirs')
  sandbox.commit(sandbox.originPath, 'main', 'ours')

  const told = gitferry.events('delivery.finished')
  await gitferry.sync.tasks.run(task.id, { wait: true })
  const { value } = await told.next()
  expect(value.delivery).toMatchObject({ event: 'sync_conflict', status: 'sent' })
  expect(robot.messages).toHaveLength(1)
  expect(robot.messages[0]?.text).toContain(task.name)
  expect((await gitferry.notifications.channels.list()).total).toBe(1)
})

it('answers 500, and lives on, when its page cannot be had from gitferry', async () => {
  await application.gitferry.stop()
  for (const _ of [1, 2]) expect((await fetch(base)).status).toBe(500)
  expect(said).toHaveLength(2)
})
