import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkRemoteUrl,
  fileUrl,
  parseAllowOutgoing,
  type RemoteUrlPolicy,
} from '../../src/git/remote-url.ts'

interface Vector {
  readonly id: string
  readonly field: string
  readonly value: string
  readonly expect: 'accept' | 'reject'
}

const corpus = JSON.parse(
  readFileSync(new URL('../fixtures/hostile-inputs.json', import.meta.url), 'utf8'),
) as Vector[]
const vectors = corpus.filter(({ field }) => field === 'remote_url')

const strict: RemoteUrlPolicy = { repoRoots: ['/srv/git', '/home/me/My Repos'], allowOutgoing: [] }
const trusted: RemoteUrlPolicy = { repoRoots: null, allowOutgoing: [] }
const allowing = (...rules: string[]): RemoteUrlPolicy => ({
  repoRoots: [],
  allowOutgoing: rules.map(parseAllowOutgoing),
})
const isRefused = (url: string, policy = strict): boolean => 'problem' in checkRemoteUrl(url, policy)

describe('the hostile inputs', () => {
  it('are there', () => expect(vectors.length).toBe(36))

  it.each(vectors)('$id $value: $expect', ({ value, expect: expected }) => {
    expect(isRefused(value) ? 'reject' : 'accept').toBe(expected)
  })
})

describe('what is allowed', () => {
  it.each<[string, object]>([
    [
      'https://github.com/org/repo.git',
      { url: 'https://github.com/org/repo.git', protocol: 'https', host: 'github.com' },
    ],
    [
      'HTTPS://GitHub.COM:443/org/repo',
      { url: 'https://github.com/org/repo', protocol: 'https', host: 'github.com' },
    ],
    [
      'https://git.example.com.:8443/a/../b.git',
      { url: 'https://git.example.com:8443/b.git', protocol: 'https', host: 'git.example.com', port: 8443 },
    ],
    [
      'https://example.com/%7Eme/x%20y.git',
      { url: 'https://example.com/%7Eme/x%20y.git', protocol: 'https', host: 'example.com' },
    ],
    ['https://8.8.8.8/x', { url: 'https://8.8.8.8/x', protocol: 'https', host: '8.8.8.8' }],
    [
      'https://[2606:4700:0::1111]/x',
      { url: 'https://[2606:4700::1111]/x', protocol: 'https', host: '2606:4700::1111' },
    ],
    [
      'git@github.com:org/repo.git',
      { url: 'git@github.com:org/repo.git', protocol: 'ssh', host: 'github.com', user: 'git' },
    ],
    [
      'git@GitHub.com:/abs/repo',
      { url: 'git@github.com:/abs/repo', protocol: 'ssh', host: 'github.com', user: 'git' },
    ],
    [
      'host.example.com:repo.git',
      { url: 'host.example.com:repo.git', protocol: 'ssh', host: 'host.example.com' },
    ],
    [
      'ssh://git@github.com:22/org/repo.git',
      { url: 'ssh://git@github.com/org/repo.git', protocol: 'ssh', host: 'github.com', user: 'git' },
    ],
    [
      'ssh://git@Git.Example.com:2222/~me/x.git',
      {
        url: 'ssh://git@git.example.com:2222/~me/x.git',
        protocol: 'ssh',
        host: 'git.example.com',
        port: 2222,
        user: 'git',
      },
    ],
    ['/srv/git/x.git', { url: '/srv/git/x.git', protocol: 'file', path: '/srv/git/x.git' }],
    ['/srv//git/./y/../x.git/', { url: '/srv/git/x.git', protocol: 'file', path: '/srv/git/x.git' }],
    ['file:///srv/git/x.git', { url: 'file:///srv/git/x.git', protocol: 'file', path: '/srv/git/x.git' }],
    ['/home/me/My Repos/x', { url: '/home/me/My Repos/x', protocol: 'file', path: '/home/me/My Repos/x' }],
    [
      'file:///home/me/My%20Repos/100%25',
      { url: 'file:///home/me/My%20Repos/100%25', protocol: 'file', path: '/home/me/My Repos/100%' },
    ],
  ])('%s', (raw, expected) => {
    expect(checkRemoteUrl(raw, strict)).toEqual(expected)
  })

  it('holds every path where the application is trusted with every path', () => {
    expect(checkRemoteUrl('/anywhere/x', trusted)).toMatchObject({ path: '/anywhere/x' })
    expect(isRefused('//anywhere/x', trusted)).toBe(true)
    expect(checkRemoteUrl('/', trusted)).toMatchObject({ path: '/' })
  })
})

describe('what is refused', () => {
  it.each([
    '',
    'x'.repeat(3_000),
    '/srv/git/../../etc/x',
    '/srv/gitx/y',
    'file:///srv/git/%2e%2e/%2e%2e/etc',
    'file://localhost/srv/git/x',
    'file:///srv/git/x%00',
    'file:///srv/git/%E2%80%AEx',
    'file:///srv/git/%zz',
    './x',
    'x',
    '~/x',
    'git+ssh://git@github.com/x',
    'https:///example.com/x',
    'https://example.com',
    'https://example.com/',
    'https://example.com/x?y=1',
    'https://example.com/x%5cy',
    'https://example.com\\@evil.com/x',
    'https://user:pass@example.com/x',
    'https://exa%6dple.com/x',
    'https://example.com:0/x',
    'https://example.com:/x y',
    'https://example_.com:port/x',
    'ssh://user:pass@example.com/x',
    'ssh://us;er@example.com/x',
    'ssh://example.com/x;id',
    'ssh://example.com/$(id)',
    'ssh://example.com/`id`',
    "ssh://example.com/x'y",
    'git@example.com:$(id)',
    'user@-oProxyCommand=x:y',
    '[-oProxyCommand=x]:y',
    '[::1]:x',
    'ssh://0x7f.1/x',
    'ssh://2130706433/x',
    'git@127.1:x',
    'git@localhost:x',
    'git@nas:x',
    'https://nas/x',
    'https://printer.local/x',
    'https://metadata.google.internal/x',
    'https://169.254.169.254/x',
    'https://168.63.129.16/x',
    'https://[fd00::1]/x',
    'https://[2002:7f00:1::]/x',
    'https://0/x',
    'https:example.com/x',
    'https://user.name:12/34@host.example.com/x',
    'https://example.com/a@b',
    'https:///user:secret@example.com/x',
    'ssh://git@example.com/a@b',
    'user.name:secret@example.com/x',
    'me@corp.example.com:secret@example.com/x',
    '//user:secret@example.com/x',
    'file:////user:secret@example.com/x',
    'file:///srv/git/x?token=secret',
    'http:x',
    'ext::[x',
  ])('%s', (url) => {
    expect(isRefused(url)).toBe(true)
  })

  it('quotes no transport that it does not know', () => {
    expect(checkRemoteUrl('git://example.com/x', strict)).toMatchObject({
      problem: expect.stringContaining('"git"'),
    })
    expect(checkRemoteUrl('hunter2://example.com/x', strict)).toEqual({
      problem: 'the transport is not allowed; use https or ssh',
    })
  })

  it('says why, without echoing a secret', () => {
    expect(checkRemoteUrl('https://me:hunter2@example.com/x', strict)).toEqual({
      problem: 'the URL holds a user or a password; store them as a credential',
    })
  })
})

describe('allowOutgoing', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:3000/x', true],
    ['127.0.0.1', 'http://127.1/x', true],
    ['127.0.0.1:3000', 'http://127.0.0.1:3000/x', true],
    ['127.0.0.1:3000', 'http://127.0.0.1:3001/x', false],
    ['127.0.0.1:80', 'http://127.0.0.1/x', true],
    ['git.lan', 'http://git.lan/x', true],
    ['Git.LAN.', 'ssh://git.lan/x', true],
    ['git.lan', 'http://other.lan/x', false],
    ['nas', 'git@nas:x', true],
    ['nas:22', 'git@nas:x', true],
    ['nas:23', 'git@nas:x', false],
    ['10.0.0.0/8', 'https://10.1.2.3/x', true],
    ['10.0.0.0/8', 'http://10.1.2.3/x', true],
    ['10.0.0.0/8', 'https://11.1.2.3.nas/x', true],
    ['10.0.0.0/8', 'https://192.168.1.1/x', false],
    ['10.0.0.0/8', 'https://[::ffff:10.1.2.3]/x', false],
    ['fd00::/8', 'https://[fd12::1]/x', true],
    ['::1', 'http://[::1]:8080/x', true],
    ['[::1]:8080', 'http://[::1]:8080/x', true],
    ['[::1]:8080', 'http://[::1]:8081/x', false],
    ['example.com', 'http://user@example.com/x', false],
  ])('%s: %s → %s', (rule, url, isAllowed) => {
    expect(!isRefused(url, allowing(rule))).toBe(isAllowed)
  })

  it.each([
    '',
    ' ',
    'a b',
    'http://x',
    'x:0',
    'x:99999',
    '10.0.0.0/33',
    'fd00::/129',
    'x/8',
    '*.lan',
    '-x',
    'x:y',
  ])('is no rule: %j', (text) => {
    expect(() => parseAllowOutgoing(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })
})

describe('every URL that is allowed', () => {
  const text = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string({ unit: 'binary' }),
    fc
      .tuple(
        fc.constantFrom('https://', 'ssh://', 'file://', '', 'git@'),
        fc.string({ unit: fc.constantFrom(...'abz019.-_:/@[]\\%#? \t\u0000é') }),
      )
      .map((parts) => parts.join('')),
  )

  it('is allowed again as it is written anew, and is written the same', () => {
    fc.assert(
      fc.property(text, (raw) => {
        const once = checkRemoteUrl(raw, trusted)
        if ('problem' in once) return
        expect(checkRemoteUrl(once.url, trusted)).toEqual(once)
      }),
    )
  })

  it('names the host that a URL parser sees', () => {
    fc.assert(
      fc.property(text, (raw) => {
        const found = checkRemoteUrl(raw, trusted)
        if ('problem' in found || found.protocol !== 'https') return
        expect(new URL(found.url).hostname.replace(/^\[|\]$/g, '')).toBe(found.host)
      }),
    )
  })
})

it.each(['/a b', '/100%', '/a#b?c', '/ä'])('fileUrl keeps the path %s', (path) => {
  expect(decodeURIComponent(fileUrl(path).slice('file://'.length))).toBe(path)
})
