import { describe, expect, it } from 'vitest'
import { createApp } from '../src/index.ts'
import { fakeGitferry } from './fake-gitferry.ts'
import { serveApp } from './served-app.ts'

describe('a change from a foreign page', () => {
  it.each([
    { Origin: 'http://evil.example' },
    { Origin: 'null' },
    { Origin: '' },
    { Origin: 'http://localhost:1' },
    { Origin: 'http://localhost.evil.example' },
    { Origin: 'file://' },
    { Origin: 'nonsense' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'something new' },
    { Origin: 'http://evil.example', 'Sec-Fetch-Site': 'same-origin' },
  ])('is refused: %j', async (headers) => {
    const app = await serveApp()
    for (const request of [
      'DELETE /api/v1/repos/1',
      'POST /api/v1/sync/tasks/1/run',
      'PATCH /api/v1/repos',
    ]) {
      const { status, json } = await app.send(request, { headers })
      expect(status).toBe(403)
      expect(json.error.code).toBe('ORIGIN_NOT_ALLOWED')
    }
    expect(app.calls).toEqual([])
    expect(app.refused).toEqual([])
    expect(app.log.filter(({ level }) => level === 'warn')).toHaveLength(3)
  })

  it('is no matter of reading: without CORS its page sees nothing of the answer', async () => {
    const app = await serveApp()
    const { status } = await app.send('GET /api/v1/repos', {
      headers: { Origin: 'http://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    })
    expect(status).toBe(200)
  })
})

describe('a change from a page of this server, or from a program', () => {
  it.each([
    {},
    { Host: 'localhost:38080', Origin: 'http://localhost:38080', 'Sec-Fetch-Site': 'same-origin' },
    { Host: 'LOCALHOST', Origin: 'http://localhost' },
    { Host: 'localhost', Origin: 'https://localhost' },
    { Host: 'localhost:80', Origin: 'http://localhost' },
    { Host: '[::1]:9', Origin: 'http://[::1]:9' },
    { 'Sec-Fetch-Site': 'none' },
  ])('is taken: %j', async (headers) => {
    const app = await serveApp()
    expect((await app.send('DELETE /api/v1/repos/1', { headers })).status).toBe(200)
  })
})

describe('an origin that the options name', () => {
  const headers = { Origin: 'https://ui.example', 'Sec-Fetch-Site': 'cross-site' }

  it('may change and read, and ask before', async () => {
    const app = await serveApp({ corsOrigins: ['https://ui.example'] })
    const changed = await app.send('DELETE /api/v1/repos/1', { headers })
    expect(changed.status).toBe(200)
    expect(changed.headers['access-control-allow-origin']).toBe('https://ui.example')
    const asked = await app.send('OPTIONS /api/v1/repos/1', {
      headers: { ...headers, 'Access-Control-Request-Method': 'DELETE' },
    })
    expect(asked.status).toBe(204)
    expect(asked.headers['access-control-allow-methods']).toContain('DELETE')
    expect(asked.headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it('opens nothing for others', async () => {
    const app = await serveApp({ corsOrigins: ['https://ui.example'] })
    const foreign = { Origin: 'https://evil.example' }
    const read = await app.send('GET /api/v1/repos', { headers: foreign })
    expect(read.headers).not.toHaveProperty('access-control-allow-origin')
    expect((await app.send('DELETE /api/v1/repos/1', { headers: foreign })).status).toBe(403)
  })

  it.each(['*', 'null', 'ui.example', 'https://ui.example/', 'file://', 'https://*.example'])(
    'must be one origin: %s',
    (name) => {
      expect(() => createApp(fakeGitferry().gitferry, { corsOrigins: [name] })).toThrow(/corsOrigins/)
    },
  )
})
