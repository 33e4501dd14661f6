import { createHmac } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@gitferry/client'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sendOverHttp } from './checked-fetch-over-http.ts'
import { type ServerProcess, startServer, stopServer } from './server-process.ts'

const secret = 'It’s a secret to everybody'

interface Vector {
  readonly secret: string
  readonly body: string
  readonly header: string
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('../packages/core/test/fixtures/signed-webhooks.json', import.meta.url), 'utf8'),
)

interface Hostile {
  readonly id: string
  readonly field: string
  readonly value: string | null
  readonly code: string
  readonly encoding?: 'base64'
  readonly gen?: { readonly repeat: string; readonly times: number }
  readonly signature: string
}

const hostile: readonly Hostile[] = JSON.parse(
  readFileSync(new URL('../packages/core/test/fixtures/hostile-inputs.json', import.meta.url), 'utf8'),
).filter(({ field }: Hostile) => field === 'webhook_body')

let sandbox: ApiSandbox
let server: ServerProcess

beforeEach(() => {
  sandbox = createApiSandbox()
})

afterEach(async () => {
  if (server.child.exitCode === null && server.child.signalCode === null) server.child.kill('SIGKILL')
  await server.ended
  sandbox.remove()
})

/** A server that takes webhooks signed with `given`, and everything about it. */
async function start(given: string = secret, ...flags: string[]) {
  const file = join(sandbox.dataDir, 'webhook-secret')
  writeFileSync(file, `${given}\n`, { mode: 0o600 })
  const roots = ['--data-dir', sandbox.dataDir, '--repo-root', sandbox.root]
  server = await startServer([...roots, '--webhook-secret-file', file, ...flags])
  return createClient({ baseUrl: server.url })
}

async function makeTask(api: ReturnType<typeof createClient>): Promise<number> {
  const { id: repo_id } = await api.repos.register({ path: sandbox.clonePath })
  const task = { repo_id, source_branch: 'main', target_remote: 'backup' }
  return (await api.sync.tasks.create(task)).id
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  // biome-ignore lint/suspicious/noExplicitAny: what a stranger gets is JSON of any shape
  readonly json: any
}

const hmac = (body: string | Uint8Array, algorithm = 'sha256', key = secret) =>
  `${algorithm}=${createHmac(algorithm, key).update(body).digest('hex')}`

/** Posts bytes with these headers and no others, as any program could. */
async function post(body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
  const url = new URL('/api/webhooks/task-sync', server.url)
  const all = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }
  const answer = await sendOverHttp(url, { method: 'POST', headers: { ...all, ...headers } }, body)
  return { status: answer.status, headers: answer.headers, json: JSON.parse(answer.text) }
}

const send = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  post(body, { 'X-Hub-Signature-256': hmac(body), ...headers })

describe('a signed webhook, at a server of its own', () => {
  it('is answered flat, and its run brings the branch to the target', async () => {
    const api = await start()
    const task_id = await makeTask(api)
    const { status, json } = await send(JSON.stringify({ task_id }))
    expect(status).toBe(200)
    expect(json).toEqual({ message: 'Sync triggered successfully', task_id, run_id: expect.any(Number) })
    expect(await api.sync.runs.wait(json.run_id)).toMatchObject({ trigger: 'webhook', status: 'success' })
    expect(sandbox.oidOf(sandbox.bareBackupPath, 'main')).toBe(sandbox.oidOf(sandbox.originPath, 'main'))
    const { items } = await api.audit.list({ type: 'run' })
    expect(items).toMatchObject([
      { operator: 'webhook', ip: '127.0.0.1', result: 'success', object_id: task_id },
    ])
  })

  it('that is sent again is answered with the same run, also after a restart', async () => {
    const api = await start()
    const body = JSON.stringify({ task_id: await makeTask(api) })
    const id = { 'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' }
    const { json: first } = await send(body, id)
    expect((await send(body, id)).json).toEqual({ ...first, duplicate: true })
    await api.sync.runs.wait(first.run_id)
    expect(await stopServer(server)).toBe(0)
    const again = await start()
    expect((await send(body, id)).json).toEqual({ ...first, duplicate: true })
    expect((await again.sync.runs.list()).total).toBe(1)
  })

  it('is known by the signature that its vendor documents', async () => {
    for (const vector of vectors) {
      await start(vector.secret)
      const good = await post(vector.body, { 'X-Hub-Signature-256': vector.header })
      // signed well, and no webhook for a task
      expect(good.json.error.code).toBe('INVALID_INPUT')
      const bad = await post(`${vector.body} `, { 'X-Hub-Signature-256': vector.header })
      expect(bad.json.error.code).toBe('SIGNATURE_INVALID')
      await stopServer(server)
    }
  })

  it('may be sent a hundred times a minute, and once more after that', async () => {
    const api = await start()
    const body = JSON.stringify({ task_id: await makeTask(api) })
    const answers = await Promise.all(Array.from({ length: 101 }, () => send(body)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
    const [refused] = answers.filter(({ status }) => status !== 200)
    expect(refused?.status).toBe(429)
    expect(refused?.json).toMatchObject({ code: 429, data: null, error: { code: 'RATE_LIMITED' } })
    const seconds = Number(refused?.headers['retry-after'])
    expect(seconds).toBeGreaterThanOrEqual(1)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(refused?.json.error.details).toEqual({ retry_after_seconds: seconds })
    // a hundred requests are one run under way and at most one that follows, and then the next pair
    for (const { json } of answers) if (json.run_id) await api.sync.runs.wait(json.run_id)
    expect((await api.audit.list({ type: 'run' })).total).toBe(100)
  })

  it('may be sent as often as the settings say', async () => {
    await start(secret, '--webhook-rate-limit', '2')
    const codes = []
    for (let n = 0; n < 3; n += 1) codes.push((await post('{}')).json.error.code)
    expect(codes).toEqual(['SIGNATURE_INVALID', 'SIGNATURE_INVALID', 'RATE_LIMITED'])
  })

  it('is taken from the addresses that the settings name, whatever a header says', async () => {
    const api = await start(secret, '--webhook-allow-ip', '203.0.113.0/24')
    const body = JSON.stringify({ task_id: await makeTask(api) })
    const refused = await send(body, { 'X-Forwarded-For': '203.0.113.7', Forwarded: 'for=203.0.113.7' })
    expect(refused.status).toBe(403)
    expect(refused.json.error.code).toBe('ADDRESS_NOT_ALLOWED')
    await stopServer(server)
    await start(secret, '--webhook-allow-ip', '203.0.113.0/24', '--webhook-allow-ip', '127.0.0.0/8')
    expect((await send(body)).status).toBe(200)
  })
})

describe('a webhook that nobody we know has signed', () => {
  it('is refused in every spelling, and leaves no entry', async () => {
    const api = await start()
    const body = JSON.stringify({ task_id: await makeTask(api) })
    const good = hmac(body)
    const signatures: Record<string, string>[] = [
      {},
      { 'X-Hub-Signature-256': '' },
      { 'X-Hub-Signature-256': 'sha256=00' },
      { 'X-Hub-Signature-256': good.slice('sha256='.length) },
      { 'X-Hub-Signature-256': `sha256=${good.slice('sha256='.length).toUpperCase()}` },
      { 'X-Hub-Signature-256': `SHA256=${good.slice('sha256='.length)}` },
      { 'X-Hub-Signature-256': hmac(body, 'sha1') },
      { 'X-Hub-Signature': hmac(body, 'sha1') },
      { 'X-Hub-Signature': good },
      { 'X-Hub-Signature-256': hmac(body, 'sha256', 'my-secret-key') },
      { 'X-Hub-Signature-256': hmac(`${body} `) },
      { Authorization: 'Bearer x' },
      { 'X-GitHub-Event': 'push' },
    ]
    for (const headers of signatures) {
      const { status, json } = await post(body, headers)
      expect({ status, code: json.error.code }).toEqual({ status: 401, code: 'SIGNATURE_INVALID' })
    }
    expect((await api.sync.runs.list()).total).toBe(0)
    expect((await api.audit.list({ type: 'run' })).total).toBe(0)
  })

  it('is refused where no secret is configured, even by an empty one', async () => {
    server = await startServer(['--data-dir', sandbox.dataDir, '--repo-root', sandbox.root])
    const body = JSON.stringify({ task_id: await makeTask(createClient({ baseUrl: server.url })) })
    const { status, json } = await post(body, { 'X-Hub-Signature-256': hmac(body, 'sha256', '') })
    expect(status).toBe(401)
    expect(json.message).toMatch(/No webhook secret is configured/)
  })
})

describe('a hostile webhook', () => {
  /** How the corpus says that a body is signed. */
  const signed = (signature: string, body: Uint8Array): Record<string, string> => {
    if (signature === '') return {}
    if (signature.startsWith('sha1')) return { 'X-Hub-Signature-256': hmac(body, 'sha1') }
    if (signature.startsWith('SHA256')) {
      return { 'X-Hub-Signature-256': hmac(body).replace('sha256', 'SHA256') }
    }
    if (signature.startsWith('valid')) return { 'X-Hub-Signature-256': hmac(body) }
    return { 'X-Hub-Signature-256': signature }
  }

  it('of the corpus starts nothing, is answered in the envelope, and the server lives on', async () => {
    const api = await start()
    await makeTask(api)
    expect(hostile.length).toBeGreaterThan(10)
    for (const { id, code, encoding, gen, signature, value } of hostile) {
      const text = gen === undefined ? (value ?? '') : gen.repeat.repeat(gen.times)
      const body = Buffer.from(text, encoding ?? 'utf8')
      const isForm = code === 'content_type'
      const type: Record<string, string> = isForm
        ? { 'Content-Type': 'application/x-www-form-urlencoded' }
        : {}
      const { status, json } = await post(body, { ...type, ...signed(signature, body) })
      const expected = !signature.startsWith('valid') ? 401 : isForm ? 415 : 400
      expect({ id, status, code: json.code }).toEqual({ id, status: expected, code: expected })
      expect(json).toMatchObject({ data: null, request_id: expect.any(String) })
    }
    expect((await api.sync.runs.list()).total).toBe(0)
    // what was signed is audited, refused as it was, and what was not is not
    const audited = hostile.filter(({ signature }) => signature.startsWith('valid')).length
    const { items, total } = await api.audit.list({ type: 'run', page_size: 100 })
    expect(total).toBe(audited)
    expect(new Set(items.map(({ operator, result }) => `${operator} ${result}`))).toEqual(
      new Set(['webhook failure']),
    )
  })

  it('for a task that there is not is refused', async () => {
    await start()
    const { status, json } = await send('{"task_id":999}')
    expect({ status, code: json.error.code }).toEqual({ status: 404, code: 'TASK_NOT_FOUND' })
  })
})
