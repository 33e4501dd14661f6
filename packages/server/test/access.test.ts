import type { Principal } from '@gitferry/core/contract'
import { GitferryError } from '@gitferry/core/errors'
import { describe, expect, it, vi } from 'vitest'
import type { AppOptions } from '../src/index.ts'
import { type ServedApp, serveApp } from './served-app.ts'

const anna: Principal = {
  user: 'anna',
  scope: 'write',
  repoIds: null,
  credential: { type: 'token', id: 4 },
}
const good = 'gitferry_k3v9q2m7x1ab_B3x1Qm0v8s2a7Lk9dT4yPzWc6UeRnHfJ5gIoXq1tV0A'

/** A server that asks for tokens and knows a single one. */
async function serveTokens(options: AppOptions = {}, principal = anna): Promise<ServedApp> {
  const app = await serveApp(options)
  app.behaviour.asksForCredentials = () => true
  app.behaviour.authenticate = ([token]) => (token === good ? principal : undefined)
  return app
}

async function expectRefused(app: ServedApp, headers: Readonly<Record<string, string>>): Promise<void> {
  for (const request of ['GET /api/v1/repos', 'GET /api/v1/nothing', 'POST /api/v1/repos', 'GET /metrics']) {
    const answer = await app.send(request, { headers })
    expect(answer.status, request).toBe(401)
    expect(answer.json.error.code).toBe('UNAUTHENTICATED')
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  }
  expect(app.calls).toEqual([])
  expect(app.refused).toEqual([])
  expect(app.log.every(({ level }) => level === 'warn')).toBe(true)
}

describe('without tokens', () => {
  it.each([
    ['127.0.0.1', 200],
    ['127.8.8.8', 200],
    ['::1', 200],
    ['::ffff:127.0.0.1', 200],
    ['10.0.0.1', 401],
    ['::ffff:10.0.0.1', 401],
    ['fe80::1', 401],
    ['127.0.0.1.evil.example', 401],
    ['', 401],
    [undefined, 401],
  ])('a caller from %s gets %i', async (address, status) => {
    const app = await serveApp({ clientAddress: () => address })
    expect((await app.send('GET /api/v1/repos')).status).toBe(status)
    expect(app.calls).toHaveLength(status === 200 ? 1 : 0)
  })

  it('a caller has every right, under no name', async () => {
    const app = await serveApp()
    await app.send('GET /api/v1/repos')
    expect(app.calls[0]?.principal).toMatchObject({ user: 'anonymous', ip: '127.0.0.1' })
    expect(app.calls[0]?.principal?.scope).toBeUndefined()
  })

  it.each([
    { Forwarded: 'for=127.0.0.1' },
    { 'X-Forwarded-For': '127.0.0.1' },
    { 'X-Forwarded-For': '::ffff:127.0.0.1' },
    { 'X-Forwarded-For': '' },
    { 'X-Real-IP': '127.0.0.1' },
    { Via: '1.1 proxy' },
    { 'X-Forwarded-Host': 'git.example' },
    { 'X-Forwarded-Proto': 'https' },
    { 'X-Client-IP': '127.0.0.1' },
    { 'CF-Connecting-IP': '127.0.0.1' },
    { 'True-Client-IP': '127.0.0.1' },
    { Authorization: 'Bearer ' },
    { Authorization: 'Bearer abc' },
    { Authorization: 'Basic eDp5' },
    { Authorization: '' },
    { 'X-Auth-Token': 'abc' },
  ])('%j is refused, before the address and the body are looked at', async (headers) => {
    await expectRefused(await serveApp(), headers)
  })
})

describe('without tokens, HTTP/1.0, which is what nginx’s plain proxy_pass speaks,', () => {
  const request = (version: string, ...lines: string[]) =>
    [
      `GET /api/v1/repos HTTP/${version}`,
      'Host: 127.0.0.1:38080',
      'Connection: close',
      ...lines,
      '',
      '',
    ].join('\r\n')

  it('is refused, and says why and what to do', async () => {
    const app = await serveApp()
    const answer = await app.raw(request('1.0'))
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(answer).toMatch(/HTTP\/1\.0, as proxies send it.*gitferry token create/)
    expect(app.calls).toEqual([])
    expect(await app.raw(request('1.1'))).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('is answered once there are tokens, to whoever shows one, and with insecure', async () => {
    const app = await serveTokens()
    expect(await app.raw(request('1.0', `X-Auth-Token: ${good}`))).toMatch(/^HTTP\/1\.1 200 /)
    const insecure = await serveApp({ insecure: true })
    expect(await insecure.raw(request('1.0'))).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('once a token was made', () => {
  it.each<AppOptions>([
    {},
    { clientAddress: () => '10.0.0.1' },
    { insecure: true },
    { insecure: true, clientAddress: () => '10.0.0.1' },
  ])('nobody is answered who shows none, wherever they come from: %j', async (options) => {
    await expectRefused(await serveTokens(options), {})
  })

  it.each([
    { Authorization: `Bearer ${good}` },
    { Authorization: `bearer ${good}` },
    { Authorization: `BEARER   ${good}` },
    { 'X-Auth-Token': good },
    { Authorization: `Bearer ${good}`, 'X-Auth-Token': good },
  ])('whoever shows a good one is answered, in the name of its user: %j', async (headers) => {
    const app = await serveTokens({ clientAddress: () => '10.0.0.1' })
    const agent = { 'User-Agent': 'test', 'X-Request-Id': 'r-1', 'X-Forwarded-For': '127.0.0.1' }
    const { status } = await app.send('GET /api/v1/repos', { headers: { ...headers, ...agent } })
    expect(status).toBe(200)
    expect(app.calls[0]?.principal).toEqual({ ...anna, ip: '10.0.0.1', userAgent: 'test', requestId: 'r-1' })
  })

  it.each([
    { Authorization: `Bearer ${good.slice(0, -1)}` },
    { Authorization: `Bearer ${good}x` },
    { Authorization: `Bearer ${good} ${good}` },
    { Authorization: `Bearer ${good},` },
    { Authorization: `Bearer "${good}"` },
    { Authorization: `Bearer${good}` },
    { Authorization: `Bearer\t${good}` },
    { Authorization: `Token ${good}` },
    { Authorization: `Basic ${btoa(`x:${good}`)}` },
    { Authorization: `Negotiate ${good}` },
    { Authorization: good },
    { Authorization: 'Bearer' },
    { 'X-Auth-Token': '' },
    { 'X-Auth-Token': `Bearer ${good}` },
    { 'X-Auth-Token': `${good} ${good}` },
    { 'X-Auth-Token': `${good}, ${good}` },
    { Authorization: `Bearer ${good}`, 'X-Auth-Token': 'other' },
    { Authorization: 'Bearer other', 'X-Auth-Token': good },
    { Authorization: 'Basic eDp5', 'X-Auth-Token': good },
    { Cookie: `token=${good}` },
  ])('what is no good one is refused: %j', async (headers) => {
    const app = await serveTokens()
    const authenticate = vi.fn(app.behaviour.authenticate!)
    app.behaviour.authenticate = authenticate
    await expectRefused(app, headers)
    // what can be no token is not even looked for
    for (const [[token]] of authenticate.mock.calls) expect(token).toMatch(/^[A-Za-z0-9._~+/-]+=*$/)
  })

  it('a header that is sent twice is refused, also with the same token', async () => {
    const app = await serveTokens()
    for (const line of [`Authorization: Bearer ${good}\r\n`, `X-Auth-Token: ${good}\r\n`]) {
      const head = 'GET /api/v1/repos HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n'
      expect(await app.raw(`${head}${line}\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
      expect(await app.raw(`${head}${line}${line}\r\n`)).toMatch(/^HTTP\/1\.1 401 /)
    }
  })

  it('no token stands in the address', async () => {
    const app = await serveTokens()
    for (const name of ['access_token', 'token', 'X-Auth-Token']) {
      expect((await app.send(`GET /api/v1/repos?${name}=${good}`)).status).toBe(401)
    }
  })

  it('a refusal tells nothing of what was shown', async () => {
    const app = await serveTokens()
    const shown = { Authorization: `Basic ${good}x`, 'X-Auth-Token': `${good}y` }
    const { text } = await app.send('GET /api/v1/repos', { headers: shown })
    expect(text + JSON.stringify(app.log)).not.toContain(good)
  })

  it('a wrong Host, and a change from a foreign page, are refused before', async () => {
    const app = await serveTokens()
    const headers = { Authorization: `Bearer ${good}` }
    const elsewhere = await app.send('GET /api/v1/repos', { headers: { ...headers, Host: 'evil.example' } })
    expect(elsewhere.json.error.code).toBe('HOST_NOT_ALLOWED')
    const page = { ...headers, Origin: 'http://evil.example' }
    const foreign = await app.send('POST /api/v1/repos', { headers: page })
    expect(foreign.json.error.code).toBe('ORIGIN_NOT_ALLOWED')
  })

  it('a page of an allowed origin may send one, and asks before without any', async () => {
    const app = await serveTokens({ corsOrigins: ['https://ui.example'] })
    const origin = { Origin: 'https://ui.example', 'Sec-Fetch-Site': 'cross-site' }
    for (const name of ['authorization', 'x-auth-token']) {
      const asked = await app.send('OPTIONS /api/v1/repos', {
        headers: {
          ...origin,
          'Access-Control-Request-Method': 'GET',
          'Access-Control-Request-Headers': name,
        },
      })
      expect(asked.status).toBe(204)
      expect(asked.headers['access-control-allow-headers']?.toLowerCase().split(',')).toContain(name)
    }
    const refused = await app.send('GET /api/v1/repos', { headers: origin })
    expect(refused.status).toBe(401)
    // or its script could not tell why
    expect(refused.headers['access-control-allow-origin']).toBe('https://ui.example')
    const answered = await app.send('GET /api/v1/repos', { headers: { ...origin, 'X-Auth-Token': good } })
    expect(answered.status).toBe(200)
  })
})

describe('the open addresses', () => {
  it.each(['GET /api/health', 'GET /healthz', 'GET /readyz', 'POST /api/webhooks/task-sync'])(
    'are answered whatever is shown, and wherever from: %s',
    async (request) => {
      const app = await serveTokens({ clientAddress: () => '10.0.0.1' })
      app.behaviour.authenticate = () => {
        throw new Error('nothing is to be checked')
      }
      for (const headers of [
        {},
        { Authorization: 'Bearer x', 'X-Forwarded-For': '1.2.3.4' },
        { Authorization: 'Basic x', 'X-Auth-Token': good },
      ]) {
        const body = request.startsWith('POST') ? { body: {} } : {}
        expect((await app.send(request, { headers, ...body })).status).toBe(200)
      }
      for (const { principal } of app.calls) expect(principal?.user).toBe('anonymous')
    },
  )

  it.each(['GET /api/health/', 'GET /api/health/x', 'GET /api/webhooks/', 'GET /healthz/..%2fmetrics'])(
    'are these alone: %s',
    async (request) => {
      const app = await serveTokens()
      expect((await app.send(request)).status).toBe(401)
    },
  )

  it('are answered while nobody can tell whether there are tokens; the others are not', async () => {
    const app = await serveApp()
    app.behaviour.asksForCredentials = () => {
      throw new GitferryError('CLOSED', 'gitferry has not been started.')
    }
    expect((await app.send('GET /healthz')).status).toBe(200)
    for (const request of ['GET /api/v1/repos', 'GET /metrics', 'GET /api/docs']) {
      const { json, status } = await app.send(request)
      expect([status, json.error.code]).toEqual([503, 'CLOSED'])
    }
    expect(app.calls).toEqual([])
  })
})

describe('the pages of the server', () => {
  const headers = { 'X-Auth-Token': good }
  const pages = ['GET /metrics', 'GET /api/openapi.json', 'GET /api/docs', 'GET /api/docs/swagger-ui.css']

  it.each(pages)('want a token that reads: %s', async (page) => {
    const app = await serveTokens({}, { ...anna, scope: 'read' })
    expect((await app.send(page)).status).toBe(401)
    expect((await app.send(page.replace('GET', 'HEAD'))).status).toBe(401)
    expect((await app.send(page, { headers })).status).toBe(200)
  })

  it.each(pages)('tell one that is restricted nothing of other repositories: %s', async (page) => {
    const app = await serveTokens({}, { ...anna, scope: 'admin', repoIds: [1] })
    const status = page === 'GET /metrics' ? 403 : 200
    const { json, text, ...answer } = await app.send(page, { headers })
    expect(answer.status).toBe(status)
    // in the words of the API itself
    if (status === 403) {
      expect(json.error).toEqual({ code: 'FORBIDDEN', details: { repo_ids: [1] } })
      expect(json.message).toMatch(
        /^\/metrics: this reaches beyond single repositories, .* the repository 1;/,
      )
    }
    expect((await app.send(page.replace('GET', 'HEAD'), { headers })).status).toBe(status)
  })
})

describe('with insecure', () => {
  it('everybody is answered, and nobody’s word about the caller’s address is taken', async () => {
    const app = await serveApp({ insecure: true, clientAddress: () => '10.0.0.1' })
    const { status } = await app.send('GET /api/v1/repos', { headers: { 'X-Forwarded-For': '127.0.0.1' } })
    expect(status).toBe(200)
    expect(app.calls[0]?.principal?.ip).toBe('10.0.0.1')
  })

  it('a credential is still checked', async () => {
    const app = await serveApp({ insecure: true })
    expect((await app.send('GET /api/v1/repos', { headers: { Authorization: 'Bearer x' } })).status).toBe(401)
  })
})
