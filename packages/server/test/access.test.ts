import { describe, expect, it } from 'vitest'
import { serveApp } from './served-app.ts'

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

  it.each([
    { Forwarded: 'for=127.0.0.1' },
    { 'X-Forwarded-For': '127.0.0.1' },
    { 'X-Forwarded-For': '::ffff:127.0.0.1' },
    { 'X-Forwarded-For': '' },
    { 'X-Real-IP': '127.0.0.1' },
    { Authorization: 'Bearer ' },
    { Authorization: 'Bearer abc' },
    { Authorization: 'Basic eDp5' },
    { Authorization: '' },
    { 'X-Auth-Token': 'abc' },
  ])('%j is refused, before the address and the body are looked at', async (headers) => {
    const app = await serveApp()
    for (const request of ['GET /api/v1/repos', 'GET /api/v1/nothing', 'POST /api/v1/repos']) {
      const answer = await app.send(request, { headers })
      expect(answer.status).toBe(401)
      expect(answer.json.error.code).toBe('UNAUTHENTICATED')
      expect(answer.headers['www-authenticate']).toBe('Bearer')
    }
    expect(app.calls).toEqual([])
    expect(app.refused).toEqual([])
    expect(app.log.every(({ level }) => level === 'warn')).toBe(true)
  })

  it('the health address is open to all', async () => {
    const app = await serveApp({ clientAddress: () => '10.0.0.1' })
    const { status } = await app.send('GET /api/health', {
      headers: { Authorization: 'Bearer x', 'X-Forwarded-For': '1.2.3.4' },
    })
    expect(status).toBe(200)
  })
})

describe('with insecure', () => {
  it('everybody is answered, and nobody’s word about the caller’s address is taken', async () => {
    const app = await serveApp({ insecure: true, clientAddress: () => '10.0.0.1' })
    const { status } = await app.send('GET /api/v1/repos', { headers: { 'X-Forwarded-For': '127.0.0.1' } })
    expect(status).toBe(200)
    expect(app.calls[0]?.principal?.ip).toBe('10.0.0.1')
  })

  it('a credential is still refused', async () => {
    const app = await serveApp({ insecure: true })
    expect((await app.send('GET /api/v1/repos', { headers: { Authorization: 'Bearer x' } })).status).toBe(401)
  })
})
