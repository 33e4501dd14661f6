import { describe, expect, it } from 'vitest'
import { createApp } from '../src/index.ts'
import { fakeGitferry } from './fake-gitferry.ts'
import { serveApp } from './served-app.ts'

const get = (target: string, headers: string) =>
  `GET ${target} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`

describe('the Host header', () => {
  it.each(['localhost', 'LOCALHOST', 'localhost:38080', '127.0.0.1', '127.0.0.1:1', '[::1]', '[::1]:80'])(
    'may say %s',
    async (host) => {
      const app = await serveApp()
      expect(await app.raw(get('/api/v1/repos', `Host: ${host}\r\n`))).toMatch(/^HTTP\/1\.1 200 /)
    },
  )

  it.each([
    'evil.example',
    'localhost.evil.example:8080',
    'evil-localhost',
    'localhost.',
    'localhost, evil.example',
    '127.0.0.2',
    '[::2]',
    '0.0.0.0',
    '2130706433',
    '[0:0:0:0:0:0:0:1]',
    'localhost:99999',
    'user@localhost',
    'localhost:x',
    'local host',
    '::1',
    '[::1',
    '',
    '0x7f.1',
  ])('may not say %s', async (host) => {
    const app = await serveApp()
    const answer = await app.raw(get('/api/v1/repos', `Host: ${host}\r\n`))
    expect(answer).toMatch(/^HTTP\/1\.1 403 /)
    expect(answer).toContain('HOST_NOT_ALLOWED')
    expect(app.calls).toEqual([])
    expect(app.log).toContainEqual(expect.objectContaining({ level: 'warn', message: 'request refused' }))
  })

  it('may not be given twice', async () => {
    const app = await serveApp()
    for (const hosts of [
      'Host: localhost\r\nHost: evil.example\r\n',
      'Host: evil.example\r\nHost: localhost\r\n',
    ]) {
      expect(await app.raw(get('/api/v1/repos', hosts))).toMatch(/^HTTP\/1\.1 403 /)
    }
    expect(app.calls).toEqual([])
  })

  it('may not be missing', async () => {
    const app = await serveApp()
    expect(await app.raw('GET /api/v1/repos HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /)
    expect(await app.raw(get('/api/v1/repos', ''))).toMatch(/^HTTP\/1\.1 403 /)
    expect(app.calls).toEqual([])
  })

  it('does not help a foreign name in the request line', async () => {
    const app = await serveApp()
    const headers = 'Host: localhost\r\n'
    expect(await app.raw(get('http://evil.example/api/v1/repos', headers))).toMatch(/^HTTP\/1\.1 403 /)
    expect(await app.raw(get('http://localhost/api/v1/repos', headers))).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('may name what the options name, and nothing else', async () => {
    const app = await serveApp({ hostNames: ['git.example.org', '::1'] })
    const status = async (host: string) =>
      (await app.raw(get('/api/health', `Host: ${host}\r\n`))).slice(9, 12)
    expect(await status('git.example.org')).toBe('200')
    expect(await status('[::1]')).toBe('200')
    expect(await status('localhost')).toBe('403')
  })

  it.each(['https://example.org', 'a b', '', 'example.org/path', 'a,b'])(
    'an option that is no host is refused: %j',
    (name) => {
      expect(() => createApp(fakeGitferry().gitferry, { hostNames: [name] })).toThrow(/hostNames/)
    },
  )
})
