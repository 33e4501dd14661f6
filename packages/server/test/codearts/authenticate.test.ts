import type { IncomingSignedRequest } from '@gitferry/core'
import type { Principal } from '@gitferry/core/contract'
import { GitferryError } from '@gitferry/core/errors'
import { Hono } from 'hono'
import { requestId } from 'hono/request-id'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { AppEnv } from '../../src/app-env.ts'
import { codeArtsAuthentication } from '../../src/codearts/authenticate.ts'
import { codeArtsBodyLimit } from '../../src/codearts/body-limit.ts'
import { answerError } from '../../src/middleware/errors.ts'

const anna: Principal = { user: 'anna', scope: 'write', credential: { type: 'token', id: 4 } }
const token = { 'X-Auth-Token': 'gitferry_x' }
const signature = { Authorization: 'SDK-HMAC-SHA256 Access=x' }

const authenticate = vi.fn<(token: string) => Promise<Principal>>()
const authenticateSignature = vi.fn<(request: IncomingSignedRequest) => Promise<Principal>>()
const route = vi.fn<(...given: unknown[]) => void>()
let ended: GitferryError | undefined
beforeEach(() => {
  authenticate.mockReset().mockResolvedValue(anna)
  authenticateSignature.mockReset().mockResolvedValue(anna)
  route.mockReset()
  ended = undefined
})

const app = new Hono<AppEnv>()
app.use(requestId())
app.use(async (c, next) => {
  await next()
  ended = c.get('error')
})
app.use(
  codeArtsAuthentication({
    gitferry: { authenticate, authenticateSignature },
    clientAddress: (c) => c.req.header('X-Test-Address'),
  }),
)
app.all('*', (c) => {
  route(c.get('principal'), c.get('readBody'))
  return c.text('in')
})
app.onError(answerError)

const ask = (headers: Readonly<Record<string, string>>, init: RequestInit = {}) =>
  app.request('http://git.example/v1/x', { ...init, headers })
const refuse = (reason: string, more: object = {}) =>
  new GitferryError('UNAUTHENTICATED', 'No.', { details: { reason, ...more } })
const expires_at = '2026-01-01T00:00:00.000Z'

describe('on the CodeArts routes', () => {
  it.each([
    [{}, 'nothing', undefined, 'x-auth-token not found'],
    [token, 'an unknown token', refuse('not_found'), 'decrypt token fail'],
    [
      token,
      'an expired token',
      refuse('expired', { expires_at }),
      `token expires, expires_at: ${expires_at}`,
    ],
    [signature, 'an unknown key', refuse('not_found'), 'verify aksk signature fail'],
    [signature, 'a wrong signature', refuse('signature'), 'verify aksk signature fail'],
    [signature, 'an old signature', refuse('too_old'), 'calc ak sk signature fail:signature expired'],
    [
      signature,
      'an expired key',
      refuse('expired', { expires_at }),
      `token expires, expires_at: ${expires_at}`,
    ],
    [
      signature,
      'a refusal without a reason',
      new GitferryError('UNAUTHENTICATED', 'No.'),
      'verify aksk signature fail',
    ],
  ])('%j, %s, is refused as the gateway does, and stands in the log', async (headers, _, error, text) => {
    if (error) authenticate.mockRejectedValue(error)
    if (error) authenticateSignature.mockRejectedValue(error)
    const answer = await ask(headers as Record<string, string>)
    expect(answer.status).toBe(401)
    expect(await answer.json()).toEqual({
      error_code: 'APIG.0301',
      error_msg: `Incorrect IAM authentication information: ${text}`,
      request_id: answer.headers.get('X-Request-Id'),
    })
    expect(route).not.toHaveBeenCalled()
    expect(ended?.code).toBe('UNAUTHENTICATED')
  })

  it('what fails for another reason is no refusal', async () => {
    authenticate.mockRejectedValue(new GitferryError('STORAGE_FAILED', 'The disk is gone.'))
    authenticateSignature.mockRejectedValue(new TypeError('a defect'))
    expect((await ask(token)).status).toBe(500)
    expect(ended?.code).toBe('STORAGE_FAILED')
    expect((await ask(signature)).status).toBe(500)
    expect(ended?.code).toBe('INTERNAL')
    expect(route).not.toHaveBeenCalled()
  })

  it('what a route throws is not taken for a refusal of the caller', async () => {
    route.mockImplementation(() => {
      throw refuse('not_found')
    })
    const answer = await ask(token)
    expect(await answer.json()).not.toHaveProperty('error_code')
  })

  it('a caller is who gitferry says, with what the audit log tells of a request', async () => {
    const answer = await ask({ ...token, 'User-Agent': 'a'.repeat(600) })
    expect(route.mock.calls[0]?.[0]).toEqual({
      ...anna,
      ip: null,
      userAgent: 'a'.repeat(500),
      requestId: answer.headers.get('X-Request-Id'),
    })
  })

  it('a signature is over the path and the query as they were sent', async () => {
    const url = 'http://git.example/v1/b/feature%2Fx/gr%C3%BCn?b=%2F+%20&a'
    await app.request(url, { method: 'PUT', headers: signature })
    const { headers, method, url: given } = authenticateSignature.mock.calls[0]![0]
    expect([method, given]).toEqual(['PUT', '/v1/b/feature%2Fx/gr%C3%BCn?b=%2F+%20&a'])
    expect(headers.get('Authorization')).toBe(signature.Authorization)
    expect(authenticate).not.toHaveBeenCalled()
  })

  it('a body is read once, for the signature and for whoever asks afterwards', async () => {
    authenticateSignature.mockImplementation(async ({ body }) => {
      expect(new TextDecoder().decode(await (body as () => Promise<Uint8Array>)())).toBe('{"a":1}')
      return anna
    })
    await ask(signature, { method: 'POST', body: '{"a":1}' })
    const readBody = route.mock.calls[0]![1] as () => Promise<Uint8Array>
    expect(new TextDecoder().decode(await readBody())).toBe('{"a":1}')
    expect(await readBody()).toBe(await readBody())
  })

  it('a body is not read for a token, nor for nothing', async () => {
    const pull = vi.fn()
    for (const headers of [token, {}]) {
      const body = new ReadableStream({ pull }, { highWaterMark: 0 })
      await ask(headers as Record<string, string>, { method: 'POST', body, duplex: 'half' } as RequestInit)
    }
    expect(route).toHaveBeenCalledTimes(1)
    expect(pull).not.toHaveBeenCalled()
  })

  it('bodies of signers take what callers with a token need from nobody, and one address only half of theirs', async () => {
    const read = async ({ body }: IncomingSignedRequest) => {
      await (body as () => Promise<Uint8Array>)()
      return anna
    }
    authenticateSignature.mockImplementation(read)
    const chunk = new Uint8Array(33 * 1024 * 1024)
    const gone: AbortController[] = []
    const send = (headers: Record<string, string>, end = false) => {
      const leaving = new AbortController()
      gone.push(leaving)
      const body = new ReadableStream<Uint8Array>({
        start(stream) {
          stream.enqueue(chunk)
          leaving.signal.addEventListener('abort', () => stream.error(new Error('gone')))
          if (end) stream.close()
        },
      })
      const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
      return app.request('http://git.example/v2/projects/1/repository/commits', init)
    }
    const from = (address: string) => ({ ...signature, 'X-Test-Address': address })
    const stalled = [send(from('203.0.113.1'))]
    await vi.waitFor(() => expect(authenticateSignature).toHaveBeenCalledTimes(1))
    // what is stalled has come so far
    await new Promise((resolve) => setImmediate(resolve))
    expect((await send(from('203.0.113.1'), true)).status).toBe(429)
    expect((await send(from('203.0.113.2'), true)).status).toBe(200)
    stalled.push(send(from('203.0.113.2')), send(from('203.0.113.3')))
    await vi.waitFor(() => expect(authenticateSignature).toHaveBeenCalledTimes(5))
    await new Promise((resolve) => setImmediate(resolve))
    expect((await send(from('203.0.113.4'), true)).status).toBe(429)

    route.mockClear()
    await send({ ...token, 'X-Test-Address': '203.0.113.1' }, true)
    const readBody = route.mock.calls[0]![1] as () => Promise<Uint8Array>
    expect((await readBody()).byteLength).toBe(chunk.byteLength)
    for (const leaving of gone) leaving.abort()
    await Promise.all(stalled)
    expect((await send(from('203.0.113.1'), true)).status).toBe(200)
  })

  it.each([
    ['POST', '/v2/projects/7/repository/commits', 64],
    ['POST', '/v2/projects/7/repository/commits/', 64],
    ['PUT', '/v2/projects/7/repository/commits', 1],
    ['POST', '/v2/projects/7/8/repository/commits', 1],
    ['POST', '/codearts/v2/projects/7/repository/commits', 64],
    ['POST', '/v2/projects/7/repository/commits/8', 1],
    ['POST', '/v2/projects/repositories/fork', 1],
  ])('%s %s takes a body of %i MiB', (method, path, mebibytes) => {
    expect(codeArtsBodyLimit(method, path)).toBe(mebibytes * 1024 * 1024)
  })
})
