import { errorCodes, GitferryError } from '@gitferry/core/errors'
import { describe, expect, it } from 'vitest'
import { serveApp } from './served-app.ts'

describe('the envelope', () => {
  it('of a success is the documented one', async () => {
    const app = await serveApp()
    app.behaviour['repos.get'] = () => ({ id: 7, current_branch: null })
    const { status, json, headers } = await app.send('GET /api/v1/repos/7')
    expect(status).toBe(200)
    expect(json).toEqual({ code: 0, message: 'success', data: { id: 7, current_branch: null } })
    expect(headers['content-type']).toMatch(/^application\/json/)
  })

  it('of an error carries the status, the code, the details and the request’s id', async () => {
    const app = await serveApp()
    app.behaviour['repos.delete'] = () => {
      throw new GitferryError('REPO_IN_USE', 'Repository 7 is used by task 1.', { details: { tasks: [1] } })
    }
    const { status, json, headers } = await app.send('DELETE /api/v1/repos/7', {
      headers: { 'X-Request-Id': 'abc-123' },
    })
    expect(status).toBe(409)
    expect(json).toEqual({
      code: 409,
      message: 'Repository 7 is used by task 1.',
      data: null,
      error: { code: 'REPO_IN_USE', details: { tasks: [1] } },
      request_id: 'abc-123',
    })
    expect(headers['x-request-id']).toBe('abc-123')
  })

  it.each(Object.entries(errorCodes))('answers %s with its status', async (code, { status }) => {
    const app = await serveApp()
    app.behaviour['repos.get'] = () => {
      throw new GitferryError(code as keyof typeof errorCodes, 'It failed.')
    }
    const answer = await app.send('GET /api/v1/repos/1')
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({ code: status, data: null, error: { code } })
  })

  it.each([
    ['an error of another kind', new TypeError('canary: secret')],
    ['something that is no error', 'canary: secret'],
  ])('hides %s and logs its cause', async (_, thrown) => {
    const app = await serveApp()
    app.behaviour['repos.get'] = () => {
      throw thrown
    }
    const { status, json, text } = await app.send('GET /api/v1/repos/1')
    expect(status).toBe(500)
    expect(json.error.code).toBe('INTERNAL')
    expect(text).not.toContain('canary')
    const line = app.log.find(({ level }) => level === 'error')
    expect(line?.fields.error).toHaveProperty('cause', thrown)
    expect(line?.fields.request_id).toBe(json.request_id)
  })

  it('stays off the health answer and the text of a log', async () => {
    const app = await serveApp()
    expect((await app.send('GET /api/health')).json).toEqual({ status: 'ok' })
    const log = await app.send('GET /api/v1/sync/runs/3/log')
    expect(log.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(log.text).toBe('erste Zeile: größer\nsecond line\n')
    app.behaviour['sync.runs.log'] = () => {
      throw new GitferryError('RUN_NOT_FOUND', 'There is no run 3.')
    }
    expect((await app.send('GET /api/v1/sync/runs/3/log')).json).toMatchObject({ code: 404, data: null })
  })
})

describe('an address that nothing answers at', () => {
  it.each(['/', '/api/v1', '/api/v1/nothing', '/api/v1/repos/', '/api/v1/repos/1/2', '/api/health/'])(
    '404 in the envelope: %s',
    async (path) => {
      const app = await serveApp()
      const { status, json } = await app.send(`GET ${path}`)
      expect(status).toBe(404)
      expect(json).toMatchObject({ code: 404, data: null, error: { code: 'NOT_FOUND' } })
    },
  )

  it.each([
    ['PATCH /api/v1/repos/1', 'GET, HEAD, PUT, DELETE'],
    ['DELETE /api/v1/repos', 'GET, HEAD, POST'],
    ['GET /api/v1/repos/1/branches/checkout', 'POST, DELETE'],
    ['POST /api/v1/repos/1/branches/feature/x', 'DELETE'],
    ['POST /api/health', 'GET, HEAD'],
    ['OPTIONS /api/v1/repos', 'GET, HEAD, POST'],
  ])('405 with Allow where another method would do: %s', async (request, allow) => {
    const app = await serveApp()
    const { status, json, headers } = await app.send(request)
    expect(status).toBe(405)
    expect(headers.allow).toBe(allow)
    expect(json).toMatchObject({ code: 405, error: { code: 'METHOD_NOT_ALLOWED' } })
  })

  it('a header cannot turn one method into another', async () => {
    const app = await serveApp()
    await app.send('GET /api/v1/repos/1', { headers: { 'X-HTTP-Method-Override': 'DELETE' } })
    expect(app.calls.map(({ method }) => method)).toEqual(['repos.get'])
  })
})

describe('every answer', () => {
  it.each(['GET /api/v1/repos', 'GET /api/v1/nothing', 'GET /api/v1/sync/runs/3/log', 'GET /api/health'])(
    'tells browsers to do nothing with it, and gives no origin access: %s',
    async (request) => {
      const app = await serveApp()
      const { headers } = await app.send(request, { headers: { Origin: 'http://evil.example' } })
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['x-frame-options']).toBe('DENY')
      expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'")
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
      expect(headers).not.toHaveProperty('x-powered-by')
    },
  )

  it.each([
    ['none', undefined],
    ['one with a dot', 'a.b'],
    ['an escape sequence', 'a\u001b[31m{"forged":1}'],
    ['one that is too long', 'a'.repeat(256)],
  ])('carries a new request id when the caller sends %s', async (_, id) => {
    const app = await serveApp()
    const head = `GET /api/v1/repos HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`
    const answer = await app.raw(`${head}${id === undefined ? '' : `X-Request-Id: ${id}\r\n`}\r\n`)
    // Node’s own parser refuses control characters before anything of ours runs
    if (id?.includes('\u001b')) expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    else expect(answer).toMatch(/^X-Request-Id: [0-9a-f-]{36}\r$/im)
  })
})
