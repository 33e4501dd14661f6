import { describe, expect, it } from 'vitest'
import { parseAllowOutgoing } from '../../src/git/outgoing-rules.ts'
import { pinnedHost, resolveHost, systemLookup } from '../../src/git/resolve-host.ts'

const rulesOf = (...rules: string[]) => rules.map(parseAllowOutgoing)
const resolving = (addresses: readonly string[], rules: readonly string[] = [], host = 'git.example.com') =>
  resolveHost({ host, port: 443 }, { lookup: async () => addresses, allowOutgoing: rulesOf(...rules) })

describe('resolveHost', () => {
  it.each<[string[], string[]]>([
    [['8.8.8.8'], []],
    [['8.8.8.8', '2606:4700::1111'], []],
    [['10.1.2.3'], ['10.0.0.0/8']],
    [['10.1.2.3', '8.8.8.8'], ['10.0.0.0/8']],
    [['127.0.0.1'], ['127.0.0.1']],
    [['127.0.0.1'], ['127.0.0.1:443']],
    [['::1'], ['::1']],
    [['127.0.0.1', '::1'], ['git.example.com']],
    [['127.0.0.1'], ['git.example.com:443']],
    [['fd00::1'], ['fd00::/8']],
  ])('answers %j under the rules %j', async (addresses, rules) => {
    expect(await resolving(addresses, rules)).toEqual(addresses)
  })

  it.each<[string[], string[]]>([
    [['127.0.0.1'], []],
    [['8.8.8.8', '127.0.0.1'], []],
    [['2606:4700::1111', '::1'], []],
    [['169.254.169.254'], []],
    [['::ffff:10.0.0.1'], []],
    [['fe80::1'], []],
    [['0.0.0.0'], []],
    [['10.1.2.3', '192.168.1.1'], ['10.0.0.0/8']],
    [['127.0.0.1'], ['127.0.0.1:3000']],
    [['127.0.0.1'], ['git.example.com:3000']],
    [['127.0.0.1'], ['example.com']],
    [['::ffff:10.0.0.1'], ['10.0.0.0/8']],
  ])('refuses %j under the rules %j, and does not tell the address', async (addresses, rules) => {
    await expect(resolving(addresses, rules)).rejects.toMatchObject({
      code: 'URL_FORBIDDEN',
      message: expect.not.stringContaining(addresses.at(-1) ?? ''),
    })
  })

  it('asks nobody about an address', async () => {
    const lookup = () => Promise.reject(new Error('asked'))
    const options = { lookup, allowOutgoing: [] }
    expect(await resolveHost({ host: '8.8.8.8', port: 443 }, options)).toEqual(['8.8.8.8'])
    await expect(resolveHost({ host: '::1', port: 443 }, options)).rejects.toMatchObject({
      code: 'URL_FORBIDDEN',
    })
  })

  it.each([[[]], [['fe80::1%lo']], [['not an address']], [['8.8.8.8', '1.1.1.1,127.0.0.1']]])(
    'cannot reach %j',
    async (addresses) => {
      await expect(resolving(addresses, ['git.example.com'])).rejects.toMatchObject({
        code: 'GIT_UNREACHABLE',
      })
    },
  )

  it('says when a name does not resolve', async () => {
    const lookup = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
    const resolved = resolveHost({ host: 'none.example', port: 443 }, { lookup, allowOutgoing: [] })
    await expect(resolved).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
      message: 'The host "none.example" does not resolve (ENOTFOUND). Check its name, and the network.',
    })
  })

  it('does not wait for an answer for ever, nor longer than its caller', async () => {
    const silent = { lookup: () => new Promise<never>(() => {}), allowOutgoing: [] }
    const place = { host: 'slow.example', port: 443 }
    await expect(resolveHost(place, { ...silent, timeoutMs: 1 })).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
      message: expect.stringContaining('within 1 ms'),
    })
    const caller = new AbortController()
    const resolved = resolveHost(place, { ...silent, signal: caller.signal })
    caller.abort()
    await expect(resolved).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('asks the machine, which knows itself', async () => {
    expect(await systemLookup('localhost')).toContain('127.0.0.1')
  })
})

describe('pinnedHost', () => {
  it('is the form that git hands to curl', () => {
    const place = { host: 'git.example.com', port: 8443 }
    expect(pinnedHost(place, ['8.8.8.8', '2606:4700::1111'])).toEqual([
      ['http.curloptResolve', 'git.example.com:8443:8.8.8.8,2606:4700::1111'],
    ])
  })

  it.each(['8.8.8.8', '2606:4700::1111'])('is not needed for %s', (host) => {
    expect(pinnedHost({ host, port: 443 }, [host])).toEqual([])
  })
})
