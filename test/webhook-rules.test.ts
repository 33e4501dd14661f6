import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import {
  createGitferry,
  type Gitferry,
  type GitferryEvents,
  type GitferryOptions,
  type Logger,
  type StorageAdapter,
} from '@gitferry/core'
import { type ApiSandbox, createApiSandbox, createTestClock, type TestClock } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const secret = 'a secret of some length'
const days = 24 * 3_600_000

let sandbox: ApiSandbox
let clock: TestClock
let storage: StorageAdapter
let gitferry: Gitferry
let events: (GitferryEvents['webhook.received'] | GitferryEvents['webhook.refused'])[]
let warnings: { readonly message: string; readonly fields: object | undefined }[]

const logger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (message, fields) => void warnings.push({ message, fields }),
  error: () => {},
}

beforeEach(() => {
  sandbox = createApiSandbox()
  clock = createTestClock()
  storage = memoryStorage()
  events = []
  warnings = []
})

afterEach(async () => {
  await gitferry.stop({ graceful: false })
  sandbox.remove()
})

async function start(webhooks: GitferryOptions['webhooks'] = { secrets: [secret] }): Promise<void> {
  gitferry = createGitferry({ storage, dataDir: sandbox.dataDir, clock, logger, webhooks })
  await gitferry.start()
  gitferry.on('webhook.received', (event) => void events.push(event))
  gitferry.on('webhook.refused', (event) => void events.push(event))
}

async function makeTask(fields: { readonly enabled?: boolean } = {}): Promise<number> {
  const { id: repo_id } = await gitferry.repos.register({ path: sandbox.clonePath })
  const task = { repo_id, source_branch: 'main', target_remote: 'backup', ...fields }
  return (await gitferry.sync.tasks.create(task)).id
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  readonly signedWith?: string
  readonly ip?: string | null
}

const bytesOf = (body: unknown): Uint8Array =>
  body instanceof Uint8Array
    ? body
    : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))

/** Sends a webhook as its sender would: signed over its bytes, unless the headers say otherwise. */
function send(body: unknown, { headers = {}, signedWith = secret, ip = '203.0.113.7' }: Sent = {}) {
  const bytes = bytesOf(body)
  const signature = `sha256=${createHmac('sha256', signedWith).update(bytes).digest('hex')}`
  return gitferry.webhooks.taskSync({
    body: bytes,
    headers: new Headers({
      'Content-Type': 'application/json',
      'X-Hub-Signature-256': signature,
      ...headers,
    }),
    ip,
  })
}

const delivery = (id: string): Sent => ({ headers: { 'X-GitHub-Delivery': id } })

const auditOf = async () =>
  (await gitferry.audit.list({ type: 'run' })).items.map(
    ({ object_type, object_id, operator, ip, result, error_code, details }) => ({
      ...{ object_type, object_id, operator, ip, result, error_code, details },
    }),
  )

describe('a signed webhook', () => {
  it('starts a run of its task, and leaves one entry', async () => {
    await start()
    const task_id = await makeTask()
    const answer = await send({ task_id }, delivery('d-1'))
    expect(answer).toEqual({ message: 'Sync triggered successfully', task_id, run_id: expect.any(Number) })
    const run = await gitferry.sync.runs.wait(answer.run_id)
    expect(run).toMatchObject({ task_id, trigger: 'webhook', status: 'success' })
    expect(sandbox.oidOf(sandbox.bareBackupPath, 'main')).toBe(sandbox.oidOf(sandbox.originPath, 'main'))
    expect(await auditOf()).toEqual([
      {
        object_type: 'task',
        object_id: task_id,
        operator: 'webhook',
        ip: '203.0.113.7',
        result: 'success',
        error_code: null,
        details: { name: expect.any(String), run_id: answer.run_id, delivery_id: 'd-1' },
      },
    ])
    const { repo_id, target_repo_id } = await gitferry.sync.tasks.get(task_id)
    const about = { task_id, run_id: answer.run_id, repo_id, target_repo_id }
    expect(events).toEqual([{ source: 'task-sync', ...about }])
  })

  it('may write the id as a string of digits, and send fields that nobody knows', async () => {
    await start()
    const task_id = await makeTask()
    expect(await send({ task_id: String(task_id), ref: 'refs/heads/../../x' })).toMatchObject({ task_id })
  })

  it('for a task that runs already gets the one run that follows', async () => {
    await start()
    const task_id = await makeTask()
    const release = sandbox.holdPushes()
    const first = await gitferry.sync.tasks.run(task_id)
    while ((await gitferry.sync.runs.get(first.id)).status === 'pending') await new Promise(setImmediate)
    const answers = await Promise.all(['a', 'b', 'c'].map((id) => send({ task_id }, delivery(id))))
    expect(new Set(answers.map(({ run_id }) => run_id)).size).toBe(1)
    expect(answers.some(({ duplicate }) => duplicate)).toBe(false)
    release()
    expect((await gitferry.sync.runs.wait(answers[0]!.run_id)).status).toBe('success')
  })

  it('names the request and its sender in the entry, when the application says them', async () => {
    await start()
    const task_id = await makeTask()
    gitferry = gitferry.as({ user: 'somebody', userAgent: 'curl/8', requestId: 'r-1' })
    await send({ task_id })
    const { items } = await gitferry.audit.list({ type: 'run' })
    expect(items).toMatchObject([{ operator: 'webhook', user_agent: 'curl/8', request_id: 'r-1' }])
  })
})

describe('a delivery that comes again', () => {
  it('is answered with its run while that goes on, and once it succeeded', async () => {
    await start()
    const task_id = await makeTask()
    const release = sandbox.holdPushes()
    const first = await send({ task_id }, delivery('d-1'))
    const again = { ...first, duplicate: true }
    expect(await Promise.all([1, 2].map(() => send({ task_id }, delivery('d-1'))))).toEqual([again, again])
    release()
    await gitferry.sync.runs.wait(first.run_id)
    expect(await send({ task_id }, delivery('d-1'))).toEqual(again)
    expect((await gitferry.sync.runs.list()).total).toBe(1)
    const entries = await auditOf()
    expect(entries.map(({ details }) => details.duplicate)).toEqual([true, true, true, undefined])
    expect(events).toHaveLength(1)
  })

  it('starts another run when its own came to nothing', async () => {
    await start()
    const task_id = await makeTask()
    sandbox.git(sandbox.originPath, 'update-ref', 'refs/heads/aside', 'refs/heads/main')
    sandbox.git(sandbox.originPath, 'update-ref', '-d', 'refs/heads/main')
    const failed = await send({ task_id }, delivery('d-1'))
    expect((await gitferry.sync.runs.wait(failed.run_id)).status).toBe('failed')
    sandbox.git(sandbox.originPath, 'update-ref', 'refs/heads/main', 'refs/heads/aside')
    const second = await send({ task_id }, delivery('d-1'))
    expect(second).not.toHaveProperty('duplicate')
    expect(second.run_id).not.toBe(failed.run_id)
    expect((await gitferry.sync.runs.wait(second.run_id)).status).toBe('success')
    expect(await send({ task_id }, delivery('d-1'))).toEqual({ ...second, duplicate: true })
  })

  it('after three days counts as new, and is forgotten by then', async () => {
    await start()
    const task_id = await makeTask()
    const first = await send({ task_id }, delivery('d-1'))
    await gitferry.sync.runs.wait(first.run_id)
    await clock.advance(3 * days)
    expect(await send({ task_id }, delivery('d-1'))).toEqual({ ...first, duplicate: true })
    await clock.advance(1)
    const late = await send({ task_id }, delivery('d-1'))
    expect(late).not.toHaveProperty('duplicate')
    expect(late.run_id).not.toBe(first.run_id)
    await clock.advance(3 * days + 1)
    await send({ task_id }, delivery('d-2'))
    const kept = await storage.collection('webhook_deliveries').find()
    expect(kept.map(({ delivery_id }) => delivery_id)).toEqual(['d-2'])
  })

  it('is known by X-GitHub-Delivery before X-Request-Id, for its task alone', async () => {
    await start()
    const task_id = await makeTask()
    const other = (
      await gitferry.sync.tasks.create({ repo_id: 1, source_branch: 'develop', target_remote: 'backup' })
    ).id
    const ids = (github: string, request: string) => ({
      headers: { 'X-GitHub-Delivery': github, 'X-Request-Id': request },
    })
    const { run_id } = await send({ task_id }, ids('g-1', 'r-1'))
    await gitferry.sync.runs.wait(run_id)
    expect(await send({ task_id }, ids('g-1', 'r-2'))).toMatchObject({ run_id, duplicate: true })
    expect(await send({ task_id }, ids('g-2', 'r-1'))).not.toHaveProperty('duplicate')
    expect(await send({ task_id: other }, ids('g-1', 'r-1'))).not.toHaveProperty('duplicate')
    const byRequest = { headers: { 'X-Request-Id': 'r-9' } }
    const third = await send({ task_id }, byRequest)
    expect(await send({ task_id }, byRequest)).toEqual({ ...third, duplicate: true })
  })

  it.each(['memory', 'sqlite'])('at the same moment starts one run: %s', async (name) => {
    if (name === 'sqlite') storage = sqliteStorage({ path: join(sandbox.dataDir, 'gitferry.db') })
    await start()
    const task_id = await makeTask()
    const release = sandbox.holdPushes()
    const same = Array.from({ length: 10 }, () => send({ task_id }, delivery('d-1')))
    const answers = await Promise.all(same)
    const [first] = answers.filter(({ duplicate }) => !duplicate)
    expect(answers.filter(({ duplicate }) => duplicate)).toHaveLength(9)
    expect(new Set(answers.map(({ run_id }) => run_id))).toEqual(new Set([first?.run_id]))
    expect(await storage.collection('webhook_deliveries').count()).toBe(1)
    release()
    await gitferry.sync.runs.wait(first!.run_id)
    expect((await gitferry.sync.runs.list()).total).toBe(1)
  })

  it('without an id is never taken for another', async () => {
    await start()
    const task_id = await makeTask()
    const { run_id } = await send({ task_id }, delivery(''))
    await gitferry.sync.runs.wait(run_id)
    expect((await send({ task_id }, delivery(''))).run_id).not.toBe(run_id)
    expect(await storage.collection('webhook_deliveries').count()).toBe(0)
  })
})

describe('a webhook with a good signature that comes to nothing', () => {
  const invalid = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])
  it.each<[what: string, body: unknown, code: string, sent?: Sent]>([
    ['no body', '', 'INVALID_INPUT'],
    ['what is no JSON', '{"task_id":', 'INVALID_INPUT'],
    ['a list', '[]', 'INVALID_INPUT'],
    ['bytes that are no UTF-8', invalid, 'INVALID_INPUT'],
    ['a byte order mark', '\ufeff{"task_id":1}', 'INVALID_INPUT'],
    ['a field twice', '{"task_id":1,"task_id":2}', 'INVALID_INPUT'],
    ['200,000 levels', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'INVALID_INPUT'],
    ['no task', '{}', 'INVALID_INPUT'],
    ['a task by its prototype', '{"__proto__":{"task_id":1}}', 'INVALID_INPUT'],
    ['the task 0', '{"task_id":0}', 'INVALID_INPUT'],
    ['a task that is no number', '{"task_id":"1x"}', 'INVALID_INPUT'],
    ['a task with a leading zero', '{"task_id":"01"}', 'INVALID_INPUT'],
    ['a task that is too large', `{"task_id":"${'9'.repeat(30)}"}`, 'INVALID_INPUT'],
    ['half a task', '{"task_id":1.5}', 'INVALID_INPUT'],
    ['a task that there is not', '{"task_id":999}', 'TASK_NOT_FOUND'],
    [
      'a form',
      'payload=%7B%7D',
      'UNSUPPORTED_MEDIA_TYPE',
      { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    ],
    [
      'a compressed body',
      '{"task_id":1}',
      'UNSUPPORTED_MEDIA_TYPE',
      { headers: { 'Content-Encoding': 'gzip' } },
    ],
    ['an endless delivery id', '{"task_id":1}', 'INVALID_INPUT', delivery('x'.repeat(256))],
  ])('%s is refused, leaves one entry, and starts nothing', async (_, body, code, sent) => {
    await start()
    await makeTask()
    await expect(send(body, sent)).rejects.toMatchObject({ code })
    expect(await auditOf()).toMatchObject([
      { object_type: 'task', operator: 'webhook', ip: '203.0.113.7', result: 'failure', error_code: code },
    ])
    expect(events).toEqual([{ source: 'task-sync', error_code: code }])
    expect((await gitferry.sync.runs.list()).total).toBe(0)
  })

  it('is refused for a task that is disabled, although it runs by hand', async () => {
    await start()
    const task_id = await makeTask({ enabled: false })
    const refused = expect(send({ task_id }, delivery('d-1'))).rejects
    await refused.toMatchObject({ code: 'CONFLICT', status: 409, message: expect.stringMatching(/disabled/) })
    expect((await gitferry.sync.tasks.run(task_id, { wait: true })).status).toBe('success')
    await gitferry.sync.tasks.update(task_id, { enabled: true })
    expect(await send({ task_id }, delivery('d-1'))).not.toHaveProperty('duplicate')
  })

  it('is refused for a task that is paused, with the reason', async () => {
    await start()
    const task_id = await makeTask()
    const paused = { paused_at: '2026-01-01T00:00:00.000Z', paused_reason: '10 failures in a row' }
    await storage.collection('tasks').update(task_id, paused)
    await expect(send({ task_id })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/paused \(10 failures in a row\)/),
    })
  })
})

describe('a channel that listens for webhooks', () => {
  it('is told of one that was received, and of one that came to nothing, but of no stranger’s', async () => {
    await start()
    const task_id = await makeTask()
    const at = new Date(clock.now()).toISOString()
    await storage.collection('channels').insert({
      ...{ type: 'slack', name: 'everything', sealed_config: '', template: null, enabled: true },
      ...{ events: ['webhook_received', 'webhook_error'], created_at: at, updated_at: at },
    })
    const told = async () =>
      (await storage.collection('deliveries').find()).map(({ event, run_id }) => ({ event, run_id }))
    await send({ task_id }, { signedWith: 'another' }).catch(() => {})
    expect(await told()).toEqual([])
    const { run_id } = await send({ task_id }, delivery('d-1'))
    await send({ task_id }, delivery('d-1'))
    expect(await told()).toEqual([{ event: 'webhook_received', run_id }])
    await send({ task_id: 999 }).catch(() => {})
    expect((await told()).slice(1)).toEqual([{ event: 'webhook_error', run_id: null }])
  })
})

describe('a webhook that is not let in', () => {
  it.each<[what: string, options: GitferryOptions['webhooks'], sent: Sent, code: string]>([
    [
      'from an address that is not allowed',
      { secrets: [secret], allowIps: ['10.0.0.0/8'] },
      {},
      'ADDRESS_NOT_ALLOWED',
    ],
    [
      'from nowhere, where some addresses are allowed',
      { secrets: [secret], allowIps: ['10.0.0.0/8'] },
      { ip: null },
      'ADDRESS_NOT_ALLOWED',
    ],
    ['signed with another secret', { secrets: [secret] }, { signedWith: 'another' }, 'SIGNATURE_INVALID'],
    [
      'without a signature',
      { secrets: [secret] },
      { headers: { 'X-Hub-Signature-256': '' } },
      'SIGNATURE_INVALID',
    ],
    ['where no secret is configured', {}, { signedWith: '' }, 'SIGNATURE_INVALID'],
  ])('%s stands in the log, and leaves no entry', async (_, options, sent, code) => {
    await start(options)
    const task_id = await makeTask()
    await expect(send({ task_id }, sent)).rejects.toMatchObject({ code })
    expect(await auditOf()).toEqual([])
    expect(events).toEqual([{ source: 'task-sync', error_code: code }])
    const ip = sent.ip === undefined ? '203.0.113.7' : null
    expect(warnings).toContainEqual({
      message: 'a webhook was refused',
      fields: { source: 'task-sync', ip, error_code: code },
    })
    expect((await gitferry.sync.runs.list()).total).toBe(0)
  })

  it('is weighed by its address, then its rate, then its signature, then its body', async () => {
    await start({ secrets: [secret], allowIps: ['203.0.113.0/24'], rateLimit: 2 })
    const refused = (sent: Sent) => expect(send('no JSON', sent)).rejects
    for (let n = 0; n < 5; n += 1) {
      await refused({ ip: '198.51.100.1', signedWith: 'x' }).toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' })
    }
    await refused({ signedWith: 'x' }).toMatchObject({ code: 'SIGNATURE_INVALID' })
    await refused({}).toMatchObject({ code: 'INVALID_INPUT' })
    await refused({ signedWith: 'x' }).toMatchObject({
      code: 'RATE_LIMITED',
      details: { retry_after_seconds: 60 },
    })
    await clock.advance(60_000)
    await refused({}).toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('is counted for all principals together', async () => {
    await start({ secrets: [secret], rateLimit: 1 })
    const task_id = await makeTask()
    await send({ task_id })
    gitferry = gitferry.as({ user: 'somebody' })
    await expect(send({ task_id })).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  /** No signature of the body, but one that could be. */
  const wellFormed = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` }

  it.each<[what: string, options: GitferryOptions['webhooks'], headers: Record<string, string>]>([
    ['no signature', { secrets: [secret] }, {}],
    ['a signature that is none', { secrets: [secret] }, { 'X-Hub-Signature-256': 'sha1=00' }],
    ['no secret to be signed with', {}, wellFormed],
  ])('has none of its body read when there is %s', async (_, options, headers) => {
    await start(options)
    const body = () => Promise.reject(new Error('the body was read'))
    const asked = gitferry.webhooks.taskSync({ body, headers: new Headers(headers), ip: '203.0.113.7' })
    await expect(asked).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
    expect(events).toEqual([{ source: 'task-sync', error_code: 'SIGNATURE_INVALID' }])
  })

  it('has its body read only once its address and rate are good', async () => {
    await start({ secrets: [secret], rateLimit: 1 })
    let reads = 0
    const body = async () => {
      reads += 1
      return new Uint8Array()
    }
    const ask = () =>
      gitferry.webhooks.taskSync({ body, headers: new Headers(wellFormed), ip: '203.0.113.7' })
    await expect(ask()).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
    await expect(ask()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(reads).toBe(1)
  })
})

describe('the secrets', () => {
  it('are all good while one is exchanged for another', async () => {
    await start({ secrets: ['the new secret, and long', 'the old secret, and long'] })
    const task_id = await makeTask()
    await send({ task_id }, { signedWith: 'the old secret, and long' })
    await send({ task_id }, { signedWith: 'the new secret, and long' })
    await expect(send({ task_id })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  it('that could be guessed are warned of, and nothing shows them', async () => {
    await start({ secrets: ['short-secret'] })
    expect(warnings).toContainEqual({
      message: expect.stringMatching(/fewer than 16 characters.*openssl rand/),
      fields: undefined,
    })
    const task_id = await makeTask()
    await send({ task_id }, { ...delivery('d-1'), signedWith: 'short-secret' })
    await send({ task_id }).catch(() => {})
    expect(JSON.stringify([warnings, events, await auditOf()])).not.toContain('short-secret')
  })

  it.each<[object, string]>([
    [{ secrets: [''] }, 'webhooks.secrets.0: must not be empty'],
    [{ secrets: Array.from({ length: 11 }, () => secret) }, 'webhooks.secrets: must hold at most 10'],
    [
      { allowIps: [] },
      'webhooks.allowIps: must name at least one address; leave it out to take webhooks from any',
    ],
    [
      { allowIps: ['localhost'] },
      'webhooks.allowIps.0: must be an IP address ("203.0.113.7") or a network ("10.0.0.0/8", "2001:db8::/32")',
    ],
    [{ rateLimit: 0 }, 'webhooks.rateLimit: must be an integer from 1 to 1000000'],
    [{ secret: 'x' }, 'secret: is not known'],
  ])('and the other options are checked: %j', async (webhooks, message) => {
    await start()
    expect(() => createGitferry({ storage, dataDir: sandbox.dataDir, webhooks })).toThrow(message)
  })
})
