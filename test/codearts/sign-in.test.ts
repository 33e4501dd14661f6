import { request as httpRequest } from 'node:http'
import type { Gitferry } from '@gitferry/core'
import { signatureScheme } from '@gitferry/core'
import type { Principal } from '@gitferry/core/contract'
import fc from 'fast-check'
import { Hono } from 'hono'
import { requestId } from 'hono/request-id'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppEnv } from '../../packages/server/src/app-env.ts'
import { codeArtsAuthentication } from '../../packages/server/src/codearts/authenticate.ts'
import { answerError } from '../../packages/server/src/middleware/errors.ts'
import { type Listening, serve } from '../../packages/server/src/node.ts'
import { inProcess } from '../in-process.ts'
import { officialClient } from './official-client.ts'

/** What a route got to see. */
interface Echo {
  readonly principal: Principal
  readonly path: string
  readonly query: Readonly<Record<string, string[]>>
  readonly body: string
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** The authentication alone, before routes that say what they got. */
function echoes(gitferry: Gitferry): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.use(requestId())
  app.use(codeArtsAuthentication({ gitferry, clientAddress: (c) => c.env.clientAddress }))
  app.all('*', async (c) => {
    const body = text(await c.get('readBody')())
    return c.json({ principal: c.get('principal'), path: c.req.path, query: c.req.queries(), body })
  })
  app.onError(answerError)
  return app
}

let gitferry: Gitferry
let dispose: () => Promise<void>
let served: Listening
let endpoint = ''
beforeAll(async () => {
  ;({ api: gitferry, dispose } = await inProcess())
  served = await serve(echoes(gitferry), { port: 0 })
  endpoint = served.url
})
afterAll(async () => {
  await served.close({ timeoutMs: 0 })
  await dispose()
})

let made = 0
const newAccessKey = (more: object = {}) => {
  made += 1
  return gitferry.accessKeys.create({ name: `key-${made}`, scope: 'write', ...more })
}
const newToken = (more: object = {}) => {
  made += 1
  return gitferry.tokens.create({ name: `token-${made}`, scope: 'read', ...more })
}
const get = { method: 'GET', url: '/v1/users/sshkey' } as const
const refusal = (error_msg: string | RegExp) => ({
  status: 401,
  headers: {
    'content-type': 'application/json',
    'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
    'www-authenticate': 'SDK-HMAC-SHA256, Bearer',
  },
  body: {
    error_code: 'APIG.0301',
    error_msg:
      typeof error_msg === 'string'
        ? `Incorrect IAM authentication information: ${error_msg}`
        : expect.stringMatching(error_msg),
    request_id: expect.stringMatching(/^[\w-]{36}$/),
  },
})

describe('whoever signs with an access key', () => {
  it('is its user, with the address, the user agent and the request for the audit log', async () => {
    const accessKey = await newAccessKey()
    const answer = await officialClient({ endpoint, accessKey }).send(get)
    expect(answer).toMatchObject({
      status: 200,
      body: {
        principal: {
          user: accessKey.user,
          scope: 'write',
          repoIds: null,
          credential: { type: 'access_key', id: accessKey.id },
          ip: '127.0.0.1',
          userAgent: 'official-client',
          requestId: answer.headers['x-request-id'],
        },
      },
    })
    expect(gitferry.as((answer.body as Echo).principal)).toBeDefined()
    const { items } = await gitferry.accessKeys.list({ page_size: 100 })
    expect(items.find(({ id }) => id === accessKey.id)?.last_used_at).toMatch(/Z$/)
  })

  it('is let in whatever stands in the path, the query and the body, which routes get as they were sent', async () => {
    const client = officialClient({ endpoint, accessKey: await newAccessKey() })
    const piece = fc.constantFrom(
      ...['feature/x', 'feature%2Fx', '100%25', "it's|a", '{b}`"<c>', 'a b', '(!*~)', '@&=+$,;:'],
      ...['grün', '中文', '🚀', 'a..b'],
    )
    const value = fc.oneof(fc.string({ maxLength: 8 }), fc.string({ unit: 'grapheme', maxLength: 4 }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 3 }),
        fc.record({ path: value, ref: value, list: fc.array(value, { maxLength: 3 }) }, { requiredKeys: [] }),
        fc.option(fc.record({ name: value, deep: fc.array(value) }), { nil: undefined }),
        async (pieces, queryParams, data) => {
          const method = data === undefined ? 'GET' : 'POST'
          // not by pathParams, in which the SDK takes a $& for a pattern
          const answer = await client.send({
            method,
            url: `/v1/b/${pieces.join('-')}/file`,
            queryParams,
            data,
          })
          expect(answer).toMatchObject({ status: 200 })
          const { body, query } = answer.body as Echo
          expect(body).toBe(data === undefined ? '' : JSON.stringify(data))
          const { list = [], ...single } = queryParams
          for (const [name, sent] of Object.entries(single)) expect(query[name]).toEqual([sent])
          expect(query.list ?? []).toEqual([...list].sort())
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is refused as the vendor’s gateway does, in the same words for a wrong secret and a key that is not known', async () => {
    const accessKey = await newAccessKey()
    const wrong = { ...accessKey, secret_access_key: accessKey.secret_access_key.slice(1) }
    const unknown = { ...accessKey, access_key_id: 'GF0000000000000000XX' }
    for (const each of [wrong, unknown]) {
      const answer = await officialClient({ endpoint, accessKey: each }).send(get)
      expect(answer).toMatchObject(refusal('verify aksk signature fail'))
      expect((answer.body as { request_id: string }).request_id).toBe(answer.headers['x-request-id'])
      expect(answer.exception).toMatchObject({
        name: 'ClientRequestException',
        errorCode: 'APIG.0301',
        requestId: answer.headers['x-request-id'],
      })
    }
    await gitferry.accessKeys.delete(accessKey.id)
    const gone = await officialClient({ endpoint, accessKey }).send(get)
    expect(gone).toMatchObject(refusal('verify aksk signature fail'))
  })

  it('is refused with a date of another time', async () => {
    const client = officialClient({ endpoint, accessKey: await newAccessKey() })
    for (const date of ['20200101T000000Z', '29991231T235959Z']) {
      const answer = await client.send({ ...get, headers: { 'X-Sdk-Date': date } })
      expect(answer).toMatchObject(refusal('calc ak sk signature fail:signature expired'))
    }
  })

  it('may leave a body unsigned that is not JSON, which no route takes, and no other', async () => {
    const client = officialClient({ endpoint, accessKey: await newAccessKey() })
    // what the SDK sends of other types on its own
    const request = { method: 'POST', url: '/v1/x', data: 'anything' } as const
    const answer = await client.send({ ...request, contentType: 'application/octet-stream' })
    expect(answer).toMatchObject({ status: 200 })
    const headers = { 'X-Sdk-Content-Sha256': 'UNSIGNED-PAYLOAD' }
    expect(await client.send({ ...request, headers })).toMatchObject(refusal('verify aksk signature fail'))
  })

  it('is refused with a body above 1 MiB, and with one above 64 MiB of what creates a commit', async () => {
    const client = officialClient({ endpoint, accessKey: await newAccessKey() })
    const post = (url: string, bytes: number) =>
      client.send({ method: 'POST', url, data: { text: 'x'.repeat(bytes) } })
    const mebibyte = 1024 * 1024
    expect((await post('/v1/x', mebibyte - 11)).status).toBe(200)
    expect((await post('/v1/x', mebibyte - 10)).status).toBe(413)
    expect((await post('/v2/projects/1/repository/commits', 3 * mebibyte)).status).toBe(200)
    expect((await post('/v2/projects/1/repository/commits/1', 3 * mebibyte)).status).toBe(413)
    const headers = { 'Content-Length': String(64 * mebibyte + 1), Authorization: await written() }
    expect((await raw('POST', '/v2/projects/1/repository/commits', headers)).status).toBe(413)
  })
})

describe('whoever signs with a key that nobody has', () => {
  it('is refused before their body has come, and holds up nobody', async () => {
    const invented = (await written()).replace(/Access=\w+/, 'Access=GF0000000000000000XX')
    const headers = {
      ...{ Authorization: invented, 'X-Sdk-Date': sdkDate() },
      'Content-Length': String(64 * 1024 * 1024),
    }
    const stalled = await Promise.all(
      [0, 1].map(
        () =>
          new Promise<{ status: number | undefined; leave: () => void }>((resolve, reject) => {
            const outgoing = httpRequest(`${endpoint}/v2/projects/1/repository/commits`, {
              ...{ method: 'POST', headers, agent: false },
            })
            outgoing.on('response', ({ statusCode: status }) =>
              resolve({ status, leave: () => outgoing.destroy() }),
            )
            outgoing.on('error', reject)
            outgoing.write('{')
          }),
      ),
    )
    expect(stalled.map(({ status }) => status)).toEqual([401, 401])
    const client = officialClient({ endpoint, accessKey: await newAccessKey() })
    expect(await client.send({ method: 'POST', url: '/v1/x', data: { a: 1 } })).toMatchObject({ status: 200 })
    for (const { leave } of stalled) leave()
  })
})

describe('whoever shows a token', () => {
  it('is its user, as X-Auth-Token and as Bearer', async () => {
    const { id, token, user } = await newToken()
    const expected = {
      principal: { user, scope: 'read', credential: { type: 'token', id }, ip: '127.0.0.1' },
    }
    const answer = await officialClient({ endpoint, token }).send(get)
    expect(answer).toMatchObject({ status: 200, body: expected })
    const bearer = await raw('GET', '/v1/x', { Authorization: `Bearer ${token}` })
    expect(bearer).toMatchObject({ status: 200, body: expected })
  })

  it('is refused as the vendor’s gateway does', async () => {
    const { id, token } = await newToken()
    await gitferry.tokens.delete(id)
    for (const wrong of [token, 'MIIF', '', 'two words']) {
      const answer = await officialClient({ endpoint, token: wrong }).send(get)
      expect(answer, wrong).toMatchObject(refusal('decrypt token fail'))
    }
    for (const Authorization of ['Basic eDp5', 'V11-HMAC-SHA256 Credential=x', '']) {
      expect(await raw('GET', '/v1/x', { Authorization }), Authorization).toMatchObject(
        refusal('decrypt token fail'),
      )
    }
  })
})

describe('whoever shows nothing', () => {
  it('is refused, also from this machine', async () => {
    expect(await officialClient({ endpoint }).send(get)).toMatchObject(refusal('x-auth-token not found'))
  })

  it('is refused where no token was ever made', async () => {
    const { api, dispose } = await inProcess({ inMemory: true })
    const other = await serve(echoes(api), { port: 0 })
    try {
      expect(await api.asksForCredentials()).toBe(false)
      const answer = await officialClient({ endpoint: other.url }).send(get)
      expect(answer).toMatchObject(refusal('x-auth-token not found'))
    } finally {
      await other.close({ timeoutMs: 0 })
      await dispose()
    }
  })
})

describe('whoever shows a signature and a token', () => {
  it('is who has signed, and the token is not looked at', async () => {
    const accessKey = await newAccessKey()
    const { token } = await newToken({ scope: 'admin' })
    for (const shown of [token, 'MIIF', 'two words']) {
      const { body, status } = await officialClient({ endpoint, accessKey, token: shown }).send(get)
      expect(status, shown).toBe(200)
      expect((body as Echo).principal).toMatchObject({ user: accessKey.user, scope: 'write' })
    }
  })

  it('is refused when the signature is not good, however good the token is', async () => {
    const { token } = await newToken({ scope: 'admin' })
    const accessKey = { ...(await newAccessKey()), secret_access_key: 'wrong' }
    const answer = await officialClient({ endpoint, accessKey, token }).send(get)
    expect(answer).toMatchObject(refusal('verify aksk signature fail'))
    for (const Authorization of [signatureScheme, 'sdk-hmac-sha256 Access=x', 'SDK-HMAC-SHA256 Access=x']) {
      const malformed = await raw('GET', '/v1/x', { Authorization, 'X-Auth-Token': token })
      expect(malformed, Authorization).toMatchObject(refusal('verify aksk signature fail'))
    }
  })
})

/** A header that could be good, of a request that is not sent to its end. */
async function written(): Promise<string> {
  const { access_key_id } = await newAccessKey()
  return `SDK-HMAC-SHA256 Access=${access_key_id}, SignedHeaders=host;x-sdk-date, Signature=${'0'.repeat(64)}`
}

/** What the official client does not send. */
async function raw(method: string, path: string, headers: Readonly<Record<string, string>>) {
  const answer = await echoes(gitferry).request(
    `http://127.0.0.1${path}`,
    { method, headers: { Host: '127.0.0.1', 'X-Sdk-Date': sdkDate(), ...headers } },
    { clientAddress: '127.0.0.1' },
  )
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.json() }
}

const sdkDate = () => new Date().toISOString().replace(/[-:]|\.\d+/g, '')
