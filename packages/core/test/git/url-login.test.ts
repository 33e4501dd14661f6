import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkRemoteUrl } from '../../src/git/remote-url.ts'
import { checkUrlWithLogin, takeLogin } from '../../src/git/url-login.ts'
import { hasSameOrigins, originOf } from '../../src/git/url-origin.ts'

const token = 'glpat-0123456789abcdef'

const taken = (raw: string) => {
  const found = takeLogin(raw)
  if (!found?.login) return found && [found.url, null]
  return [found.url, found.login.type, found.login.username, found.login.secret]
}

describe('takeLogin', () => {
  it.each([
    ['https://me:pw@h.example/x', ['https://h.example/x', 'password', 'me', 'pw']],
    ['HTTPS://me:pw@h.example/x', ['HTTPS://h.example/x', 'password', 'me', 'pw']],
    ['http://me:p%40%3A%2Fw@h.example/x', ['http://h.example/x', 'password', 'me', 'p@:/w']],
    ['https://me:a:b@h.example/x', ['https://h.example/x', 'password', 'me', 'a:b']],
    [`https://${token}@h.example/x`, ['https://h.example/x', 'token', null, token]],
    [`https://${token}:@h.example/x`, ['https://h.example/x', 'token', null, token]],
    ['https://bob@bitbucket.org/x', ['https://bitbucket.org/x', null]],
    ['https://bob:@bitbucket.org/x', ['https://bitbucket.org/x', null]],
    ['https://:tok@h.example/x', ['https://h.example/x', 'token', null, 'tok']],
    ['https://tok:x-oauth-basic@h.example/x', ['https://h.example/x', 'token', null, 'tok']],
  ])('takes %s apart', (raw, parts) => {
    expect(taken(raw)).toEqual(parts)
  })

  it.each([
    'https://h.example/x',
    'https://@h.example/x',
    'https://:@h.example/x',
    'https://a@b@h.example/x',
    'https://a:b/c@h.example/x',
    'https://a\\@h.example/x',
    'https://a:b#@h.example/x',
    'https://a:b?@h.example/x',
    'https://a: b@h.example/x',
    'https://a:b%0d@h.example/x',
    'https://a:b%ff@h.example/x',
    'https://a:b%zz@h.example/x',
    'https://a%3Ab:c@h.example/x',
    'ssh://a:b@h.example/x',
    'a:b@h.example:x',
  ])('leaves %s as it is', (raw) => {
    expect(taken(raw)).toBeUndefined()
  })

  it('leaves what WHATWG would take for the host, and the login that it would find', () => {
    const unit = fc.constantFrom(...'ab:@/\\?#%41. ')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const raw = `https://${text}@h.example/x`
        const found = takeLogin(raw)
        if (found === undefined) return
        const parsed = new URL(raw)
        expect(new URL(found.url).host).toBe(parsed.host)
        if (found.login === null) {
          expect(parsed.password).toBe('')
          return
        }
        const { username, secret } = found.login
        const parts = [parsed.username, parsed.password].map(decodeURIComponent)
        if (username === null) expect(parts).toContain(secret)
        else expect([username, secret]).toEqual(parts)
      }),
      { numRuns: 3_000 },
    )
  })

  it('shows the secret to nobody who prints it', () => {
    const found = takeLogin('https://me:canary@h.example/x')
    expect(found?.login?.secret).toBe('canary')
    expect(
      JSON.stringify(found) + inspect(found, { depth: 9, showHidden: true }) + String(found),
    ).not.toContain('canary')
    expect(Object.entries({ ...found?.login })).toEqual([
      ['type', 'password'],
      ['username', 'me'],
    ])
  })
})

describe('checkUrlWithLogin', () => {
  const policy = { repoRoots: null, allowOutgoing: [] }

  it.each(['https://h.example/x', 'git@h.example:x', 'https://10.0.0.1/x', '/srv/x', 'ext::x'])(
    'says of %s what checkRemoteUrl says',
    (raw) => {
      expect(checkUrlWithLogin(raw, policy)).toMatchObject(checkRemoteUrl(raw, policy))
    },
  )

  it('weighs what is left when the login is out', () => {
    expect(checkUrlWithLogin('https://me:pw@10.0.0.1/x', policy)).toEqual(
      checkRemoteUrl('https://10.0.0.1/x', policy),
    )
  })
})

describe('originOf', () => {
  it.each([
    ['https://h.example/x', 'https://h.example'],
    ['https://h.example:8443/x', 'https://h.example:8443'],
    ['http://[::1]:3000/x', 'http://[::1]:3000'],
    ['ssh://git@h.example/x', 'ssh://h.example'],
    ['ssh://git@h.example:2222/x', 'ssh://h.example:2222'],
    ['git@h.example:x', 'ssh://h.example'],
    ['git@[::1]:x', 'ssh://[::1]'],
    ['h.example:x', 'ssh://h.example'],
    ['/srv/x', 'file://'],
    ['file:///srv/x', 'file://'],
    ['git+ssh://h.example', undefined],
    ['(hidden: not a URL that can be shown)', undefined],
  ])('of %s is %s', (url, origin) => {
    expect(originOf(url)).toBe(origin)
  })

  it('is told apart for fetching and for pushing; what is no URL is never the same', () => {
    const [a, b, hidden] = ['https://a.example/x', 'https://b.example/x', '(hidden)']
    expect(hasSameOrigins({ fetch_url: a, push_url: b }, { fetch_url: a, push_url: b })).toBe(true)
    expect(hasSameOrigins({ fetch_url: a, push_url: b }, { fetch_url: b, push_url: a })).toBe(false)
    expect(hasSameOrigins({ fetch_url: a, push_url: a }, { fetch_url: a, push_url: b })).toBe(false)
    expect(hasSameOrigins({ fetch_url: hidden, push_url: a }, { fetch_url: hidden, push_url: a })).toBe(false)
  })
})
