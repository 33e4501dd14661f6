import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import type { GitferryEventName, GitferryEvents } from '@gitferry/core/contract'
import { GitferryError } from '@gitferry/core/errors'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkAnswer } from '../../../test/checked-fetch-answer.ts'
import { type App, createApp, type ServedGitferry } from '../src/index.ts'
import { fakeGitferry } from './fake-gitferry.ts'

const requestFor = (path: string, init: RequestInit = {}) =>
  new Request(`http://localhost${path}`, { ...init, headers: { host: 'localhost' } })

/** Calls what a fake answers with something made up. */
const callFake = (app: App, path: string, init?: RequestInit) =>
  app.fetch(requestFor(path, init), { clientAddress: '127.0.0.1' })

async function call(app: App, path: string, init?: RequestInit, from = '127.0.0.1'): Promise<Response> {
  const request = requestFor(path, init)
  const answer = await app.fetch(request, { clientAddress: from })
  await checkAnswer(request, answer)
  return answer
}

/** `name{a="1"}` → value. */
async function samplesOf(app: App): Promise<Map<string, number>> {
  const response = await call(app, '/metrics')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

describe('metrics of runs', () => {
  let sandbox: ApiSandbox
  let gitferry: Gitferry
  let app: App

  beforeEach(async () => {
    sandbox = createApiSandbox()
    gitferry = createGitferry({
      storage: memoryStorage(),
      dataDir: sandbox.dataDir,
      repoRoots: [sandbox.root],
      forkServer: false,
      version: { version: 'v1.2.3', build_time: 'unknown', git_commit: 'abc' },
    })
    await gitferry.start()
    app = createApp(gitferry)
  })

  afterEach(async () => {
    app[Symbol.dispose]()
    await gitferry.stop({ graceful: false })
    sandbox.remove()
  })

  const withTask = async () => {
    const repo = await gitferry.repos.register({ path: sandbox.clonePath })
    return gitferry.sync.tasks.create({ repo_id: repo.id, source_branch: 'main', target_remote: 'backup' })
  }

  it('count each run by trigger and status, time it, and tell when its task last succeeded', async () => {
    const task = await withTask()
    const run = await gitferry.sync.tasks.run(task.id, { wait: true })
    expect(run.status).toBe('success')
    const samples = await samplesOf(app)
    expect(samples.get('gitferry_runs_total{trigger="manual",status="success"}')).toBe(1)
    expect(samples.get('gitferry_run_duration_seconds_count')).toBe(1)
    expect(samples.get('gitferry_run_duration_seconds_sum')).toBe(run.duration_ms! / 1_000)
    expect(samples.get(`gitferry_task_last_success_timestamp_seconds{task="${task.id}"}`)).toBe(
      Date.parse(run.finished_at!) / 1_000,
    )
    await gitferry.sync.tasks.delete(task.id)
    const names = [...(await samplesOf(app)).keys()]
    expect(names.some((name) => name.startsWith('gitferry_task_last_success'))).toBe(false)
  })

  it('tell what is under way and what waits', async () => {
    const task = await withTask()
    const other = await gitferry.sync.tasks.create({
      repo_id: task.repo_id,
      source_branch: 'main',
      target_remote: 'backup',
      target_branch: 'copy',
    })
    const idle = await samplesOf(app)
    expect([idle.get('gitferry_runs_in_progress'), idle.get('gitferry_queue_depth')]).toEqual([0, 0])
    const release = sandbox.holdPushes()
    const begun = new Promise<void>((resolve) => gitferry.on('run.started', () => resolve()))
    const first = await gitferry.sync.tasks.run(task.id)
    await begun
    // of the same repository, so it has to wait
    const second = await gitferry.sync.tasks.run(other.id)
    const busy = await samplesOf(app)
    expect([busy.get('gitferry_runs_in_progress'), busy.get('gitferry_queue_depth')]).toEqual([1, 1])
    release()
    await Promise.all([first, second].map(({ id }) => gitferry.sync.runs.wait(id)))
  })

  it('say what is built', async () => {
    const samples = await samplesOf(app)
    expect(samples.get('gitferry_build_info{version="v1.2.3",git_commit="abc"}')).toBe(1)
  })

  it('hold no path, URL or branch', async () => {
    const task = await withTask()
    await gitferry.sync.tasks.run(task.id, { wait: true })
    await call(app, '/api/v1/repos/1/branches/feature/canary', { method: 'DELETE' })
    const text = await (await call(app, '/metrics')).text()
    for (const secret of ['canary', 'main', 'backup', 'origin', sandbox.root, 'file:']) {
      expect(text).not.toContain(secret)
    }
  })
})

/** A gitferry whose events the test tells. */
function telling() {
  const listeners = new Map<string, Set<(event: never) => unknown>>()
  const channels = new Map<number, string>()
  const fake = fakeGitferry()
  const gitferry = {
    ...fake.gitferry,
    on(name: string, listener: (event: never) => unknown) {
      const those = listeners.get(name) ?? new Set()
      listeners.set(name, those.add(listener))
      return () => those.delete(listener)
    },
    system: { version: async () => ({ version: 'v1', build_time: '', git_commit: '' }) },
    notifications: {
      channels: {
        get: async (id: number) => {
          const type = channels.get(id)
          if (type === undefined) throw new GitferryError('CHANNEL_NOT_FOUND', 'There is none.')
          return { id, type }
        },
      },
    },
  } as unknown as ServedGitferry
  const tell = async <Name extends GitferryEventName>(name: Name, event: GitferryEvents[Name]) => {
    for (const listener of listeners.get(name) ?? []) await listener(event as never)
  }
  const listening = () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0)
  return { app: createApp(gitferry), channels, fake, listening, tell }
}

const delivery = (channel_id: number, status: 'sent' | 'failed') =>
  ({ delivery: { channel_id, status } }) as GitferryEvents['delivery.finished']

describe('metrics of webhooks and notifications', () => {
  it('count webhook calls by route and outcome', async () => {
    const { app, tell } = telling()
    await tell('webhook.received', {
      ...{ source: 'task-sync', task_id: 1, run_id: 1 },
      ...{ repo_id: 1, target_repo_id: 1 },
    })
    await tell('webhook.refused', { source: 'task-sync', error_code: 'SIGNATURE_INVALID' })
    await tell('webhook.refused', { source: 'task-sync', error_code: 'RATE_LIMITED' })
    const samples = await samplesOf(app)
    const name = 'gitferry_webhook_deliveries_total'
    expect(samples.get(`${name}{provider="task-sync",outcome="accepted"}`)).toBe(1)
    expect(samples.get(`${name}{provider="task-sync",outcome="refused"}`)).toBe(2)
  })

  it('count notifications by the type of their channel, also one that is deleted by then', async () => {
    const { app, channels, tell } = telling()
    channels.set(1, 'slack')
    await tell('channel.created', {
      channel: { id: 2, type: 'dingtalk' },
    } as GitferryEvents['channel.created'])
    await tell('delivery.finished', delivery(1, 'sent'))
    await tell('delivery.finished', delivery(2, 'failed'))
    await tell('delivery.finished', delivery(3, 'failed'))
    const samples = await samplesOf(app)
    const name = 'gitferry_notifications_total'
    expect(samples.get(`${name}{channel_type="slack",outcome="sent"}`)).toBe(1)
    expect(samples.get(`${name}{channel_type="dingtalk",outcome="failed"}`)).toBe(1)
    expect(samples.get(`${name}{channel_type="unknown",outcome="failed"}`)).toBe(1)
  })
})

describe('metrics of requests', () => {
  it('count by method, status and route, whatever the path was', async () => {
    const { app, fake } = telling()
    for (const id of [1, 2, 3]) await callFake(app, `/api/v1/repos/${id}`)
    await callFake(app, '/api/v1/repos/7/branches/a/b/c', { method: 'DELETE' })
    fake.behaviour['repos.delete'] = () => {
      throw new GitferryError('REPO_IN_USE', 'It is used.')
    }
    await callFake(app, '/api/v1/repos/7', { method: 'DELETE' })
    const samples = await samplesOf(app)
    const total = (method: string, status: number, route: string) =>
      samples.get(`http_requests_total{method="${method}",status="${status}",route="${route}"}`)
    expect(total('GET', 200, '/api/v1/repos/{id}')).toBe(3)
    expect(total('DELETE', 200, '/api/v1/repos/{id}/branches/{branch}')).toBe(1)
    expect(total('DELETE', 409, '/api/v1/repos/{id}')).toBe(1)
    expect(
      samples.get(
        'http_request_duration_seconds_count{method="GET",status="200",route="/api/v1/repos/{id}"}',
      ),
    ).toBe(3)
  })

  it('are one series for all that no route takes, and for all methods that nobody knows', async () => {
    const { app } = telling()
    for (const path of ['/canary1', '/canary2', '/api/v1/canary3']) await call(app, path)
    for (const method of ['CANARY', 'CANARIES']) await call(app, '/canary', { method })
    const samples = await samplesOf(app)
    expect(samples.get('http_requests_total{method="GET",status="404",route="none"}')).toBe(3)
    expect(samples.get('http_requests_total{method="other",status="404",route="none"}')).toBe(2)
    expect([...samples.keys()].join()).not.toMatch(/canary/i)
  })

  it('count what never reached the application', async () => {
    const { app } = telling()
    app.countUnreadable(431)
    expect((await samplesOf(app)).get('http_requests_total{method="other",status="431",route="none"}')).toBe(
      1,
    )
  })

  it('count what was turned away before its route, under that route', async () => {
    const { app } = telling()
    await call(app, '/api/v1/repos/1', {}, '203.0.113.7')
    const samples = await samplesOf(app)
    expect(samples.get('http_requests_total{method="GET",status="401",route="/api/v1/repos/{id}"}')).toBe(1)
  })
})

describe('an application', () => {
  it('counts for itself: two of them share nothing', async () => {
    const [one, two] = [telling(), telling()]
    await call(one.app, '/healthz')
    const name = 'http_requests_total{method="GET",status="200",route="/healthz"}'
    expect((await samplesOf(one.app)).get(name)).toBe(1)
    expect((await samplesOf(two.app)).get(name)).toBeUndefined()
  })

  it('that is disposed of listens no longer, and still answers', async () => {
    const { app, listening } = telling()
    expect(listening()).toBeGreaterThan(0)
    app[Symbol.dispose]()
    expect(listening()).toBe(0)
    app[Symbol.dispose]()
    expect((await call(app, '/healthz')).status).toBe(200)
  })

  it('that is refused for its options does not listen', () => {
    const fake = fakeGitferry()
    let listened = 0
    const gitferry = Object.assign(fake.gitferry, {
      on: () => {
        listened += 1
        return () => {}
      },
    })
    expect(() => createApp(gitferry, { hostNames: ['http://x'] })).toThrow(/hostNames/)
    expect(() => createApp(gitferry, { corsOrigins: ['*'] })).toThrow(/corsOrigins/)
    expect(listened).toBe(0)
  })
})
