import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dingtalkNotifier } from '@gitferry/adapters/notifier/dingtalk'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createClient } from '@gitferry/client'
import { createGitferry, type Gitferry } from '@gitferry/core'
import type { CreateSyncTask, Delivery, NotificationEvent } from '@gitferry/core/contract'
import { type ApiSandbox, createApiSandbox, createTestClock } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DingtalkRobot } from './dingtalk-robot.ts'
import { startServer, stopServer } from './server-process.ts'

const secret = 'SEC0123456789abcdef'
const crashing = fileURLToPath(new URL('./fixtures/crashing-notifier.ts', import.meta.url))

let robot: DingtalkRobot
let sandbox: ApiSandbox
const opened: Gitferry[] = []

beforeEach(async () => {
  robot = await DingtalkRobot.start({ secret })
  sandbox = createApiSandbox()
})

afterEach(async () => {
  for (const gitferry of opened.splice(0)) await gitferry.stop({ graceful: false })
  await robot.close()
  sandbox.remove()
})

async function open({ allowed = [robot.place] } = {}): Promise<Gitferry> {
  const { dataDir } = sandbox
  const gitferry = createGitferry({
    storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }),
    secrets: aesGcmSecrets({ keyFile: join(dataDir, 'secret.key') }),
    notifiers: [dingtalkNotifier()],
    allowOutgoing: allowed,
    dataDir,
    // no wait between tries
    random: () => 0,
  })
  opened.push(gitferry)
  await gitferry.start()
  return gitferry
}

const addChannel = (
  { notifications }: Pick<Gitferry, 'notifications'>,
  events: NotificationEvent[],
  more = {},
) =>
  notifications.channels.create({
    type: 'dingtalk',
    name: '开发群通知',
    config: { webhook: robot.webhook, secret },
    events,
    ...more,
  })

async function addTask(gitferry: Gitferry, more: Partial<CreateSyncTask> = {}) {
  const repo = await gitferry.repos.register({ path: sandbox.clonePath })
  const fields = { name: 'main-to-backup', repo_id: repo.id, source_branch: 'main', target_remote: 'backup' }
  return gitferry.sync.tasks.create({ ...fields, ...more })
}

/** Does something, and waits until that many deliveries are finished. */
async function finishing(
  gitferry: Gitferry,
  count: number,
  act: () => Promise<unknown>,
): Promise<Delivery[]> {
  const finished: Delivery[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const off = gitferry.on('delivery.finished', ({ delivery }) => {
    if (finished.push(delivery) === count) resolve()
  })
  await act()
  await promise
  off()
  return finished
}

const texts = () => robot.messages.map(({ text }) => text)

describe('a sync run is told to DingTalk', () => {
  it('when it succeeds, signed, a field a line', async () => {
    const gitferry = await open()
    await addChannel(gitferry, ['sync_success'])
    const task = await addTask(gitferry)
    const [delivery] = await finishing(gitferry, 1, () => gitferry.sync.tasks.run(task.id))
    expect(delivery).toMatchObject({
      status: 'sent',
      attempts: 1,
      response: 'ok',
      task_id: task.id,
      run_id: 1,
    })
    expect(robot.messages).toHaveLength(1)
    expect(robot.messages[0]?.query).toHaveProperty('sign')
    const lines = texts()[0]?.split('\n')
    const oid = sandbox.oidOf(sandbox.originPath, 'main')
    for (const line of [
      '[成功] 同步任务 main-to-backup',
      '任务：main-to-backup',
      '目标：backup/main',
      `提交范围：${oid}`,
    ])
      expect(lines).toContain(line)
  })

  it('when it fails, pauses the task, and works again', async () => {
    const gitferry = await open()
    await addChannel(gitferry, ['sync_failure', 'task_paused', 'task_recovered'], {
      template: '{{.EventType}} {{.TaskKey}} {{if .ErrorMessage}}!{{else}}-{{end}}',
    })
    const task = await addTask(gitferry, { max_failures: 1, cron_expression: '0 0 1 1 *' })
    const away = `${sandbox.bareBackupPath}.away`
    renameSync(sandbox.bareBackupPath, away)
    await finishing(gitferry, 2, () => gitferry.sync.tasks.run(task.id))
    renameSync(away, sandbox.bareBackupPath)
    const recovered: number[] = []
    gitferry.on('task.recovered', ({ task_id }) => void recovered.push(task_id))
    await gitferry.sync.tasks.update(task.id, { paused_at: null })
    await finishing(gitferry, 1, () => gitferry.sync.tasks.run(task.id))
    expect(texts().map((text) => text.split('\n')[1])).toEqual([
      'sync_failure 1 !',
      'task_paused 1 !',
      'task_recovered 1 -',
    ])
    expect(recovered).toEqual([task.id])
  })

  it('when its schedule starts it', async () => {
    const gitferry = await open()
    await addChannel(gitferry, ['cron_triggered'])
    await finishing(gitferry, 1, () => addTask(gitferry, { cron_expression: '@every 1s' }))
    expect(texts()[0]).toContain('定时：@every 1s')
  })

  it('also when the provider fails for a moment', async () => {
    robot.fail('HTTP 502', 'cut', 'busy')
    const gitferry = await open()
    await addChannel(gitferry, ['sync_success'])
    const task = await addTask(gitferry)
    const [delivery] = await finishing(gitferry, 1, () => gitferry.sync.tasks.run(task.id))
    expect(delivery).toMatchObject({ status: 'sent', attempts: 4 })
    expect(robot.messages).toHaveLength(1)
  })

  it('and where the robot refuses, the delivery says why', async () => {
    const gitferry = await open()
    await addChannel(gitferry, ['sync_success'], { config: { webhook: robot.webhook, secret: 'SECwrong' } })
    const task = await addTask(gitferry)
    const [delivery] = await finishing(gitferry, 1, () => gitferry.sync.tasks.run(task.id))
    expect(delivery).toMatchObject({
      status: 'failed',
      attempts: 1,
      response: expect.stringContaining('310000'),
    })
  })

  it('to no place that the rules of now forbid', async () => {
    const before = await open()
    await addChannel(before, ['sync_success'])
    await before.stop()
    const gitferry = await open({ allowed: [] })
    const task = await addTask(gitferry)
    const [delivery] = await finishing(gitferry, 1, () => gitferry.sync.tasks.run(task.id))
    expect(delivery).toMatchObject({ status: 'failed', response: expect.stringContaining('plain http') })
    expect(robot.requests).toBe(0)
  })
})

describe('a notification survives', () => {
  it('a process that is killed right after the run’s end was stored', async () => {
    const before = await open()
    await addChannel(before, ['sync_success'])
    const task = await addTask(before)
    await before.stop()
    const args = ['--conditions=@gitferry/source', crashing, sandbox.dataDir, robot.place, String(task.id)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL')
    expect(robot.requests).toBe(0)
    const gitferry = await open()
    await robot.whenRequested(1)
    expect((await gitferry.sync.runs.list()).items).toMatchObject([{ status: 'success' }])
    expect(texts()[0]).toContain('[成功] 同步任务 main-to-backup')
  })

  it('a stop while the robot does not answer', async () => {
    robot.fail('silent')
    const before = await open()
    await addChannel(before, ['sync_success'])
    const task = await addTask(before)
    await before.sync.tasks.run(task.id, { wait: true })
    await robot.whenRequested(1)
    await before.stop({ graceful: false })
    const gitferry = await open()
    await robot.whenRequested(2)
    expect(texts()).toHaveLength(1)
    await gitferry.stop()
  })
})

describe('a channel that is being tried out', () => {
  it('does not hold up a stop, and its entry says that nobody knows', async () => {
    const { promise: isAsked, resolve } = Promise.withResolvers<void>()
    const silent = {
      ...sandbox.notifier,
      send() {
        resolve()
        return new Promise<never>(() => {})
      },
    }
    const storage = () => sqliteStorage({ path: join(sandbox.dataDir, 'gitferry.db') })
    const gitferry = createGitferry({
      storage: storage(),
      secrets: aesGcmSecrets({ keyFile: join(sandbox.dataDir, 'secret.key') }),
      notifiers: [silent],
      dataDir: sandbox.dataDir,
      // stands still: no deadline ends the send
      clock: createTestClock(),
    })
    opened.push(gitferry)
    await gitferry.start()
    const { channels } = gitferry.notifications
    const config = { webhook: 'https://board.example/' }
    const { id } = await channels.create({ type: 'memory', name: 'team', config })
    const testing = channels.test(id)
    await isAsked
    await gitferry.stop({ graceful: false })
    expect(await testing).toEqual({ success: false, message: 'given up before an answer came' })
    const kept = storage()
    await kept.open()
    const entries = await kept.collection('audit_log').find({ where: { type: 'test' } })
    await kept.close()
    expect(entries).toMatchObject([{ result: 'unknown', error_code: 'NOTIFIER_UNREACHABLE', object_id: id }])
  })
})

describe('over HTTP', () => {
  it('a channel is made as documented, shows no secret, and can be tried out', async () => {
    const server = await startServer([
      ...['--data-dir', sandbox.dataDir, '--repo-root', sandbox.root],
      ...['--allow-outgoing', robot.place],
    ])
    try {
      const client = createClient({ baseUrl: server.url })
      const created = await fetch(`${server.url}/api/v1/notification/channels`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          type: 'dingtalk',
          name: '开发群通知',
          config: { webhook: robot.webhook, secret },
          events: ['sync_success', 'sync_failure'],
          template: '【同步状态】任务: {{.TaskKey}}',
        }),
      })
      const answer = await created.text()
      expect(JSON.parse(answer)).toMatchObject({
        code: 0,
        message: 'success',
        data: { id: 1, type: 'dingtalk' },
      })
      expect(answer).not.toContain(secret)
      expect(answer).not.toContain(robot.token)
      const tested = await fetch(`${server.url}/api/v1/notification/channels/1/test`, { method: 'POST' })
      expect(await tested.json()).toMatchObject({ code: 0, data: { success: true, message: 'ok' } })
      expect(texts()[0]).toContain('测试')
      const { items } = await client.notifications.channels.list()
      expect(items[0]?.config).toEqual({ webhook: robot.webhook.replace(robot.token, '***'), secret: '***' })
      await client.notifications.channels.update(1, { config: items[0]!.config, name: 'x' })
      expect(await client.notifications.channels.test(1)).toEqual({ success: true, message: 'ok' })
    } finally {
      expect(await stopServer(server)).toBe(0)
    }
  })
})
