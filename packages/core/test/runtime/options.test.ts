import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isGitferryError } from '../../src/errors/index.ts'
import { type StorageAdapter, silentLogger } from '../../src/ports/index.ts'
import { InProcessQueue } from '../../src/runtime/in-process-queue.ts'
import { type GitferryOptions, resolveOptions } from '../../src/runtime/options.ts'
import { systemClock } from '../../src/runtime/system-clock.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'

const storage = { name: 'a', transaction: async () => {} } as unknown as StorageAdapter

describe('the options of gitferry', () => {
  it('have defaults', () => {
    expect(resolveOptions({ storage })).toEqual({
      storage,
      dataDir: resolve('data'),
      repoRoots: null,
      trustedOwners: [],
      allowOutgoing: [],
      strictHostKeys: false,
      searchPath: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
      maxPushBytes: 2 * 1024 ** 3,
      pushTimeoutMs: 3_600_000,
      concurrency: 4,
      concurrencyPerHost: 2,
      networkRetries: 2,
      forkServer: true,
      logger: silentLogger,
      clock: systemClock,
      random: Math.random,
      notifiers: [],
      webhooks: { secrets: [], allowIps: null, rateLimit: 100 },
      version: { version: 'v0.1.0', build_time: 'unknown', git_commit: 'unknown' },
    })
  })

  it('may be given as undefined, which means the default', () => {
    const names = Object.keys(resolveOptions({ storage })).filter((name) => name !== 'storage')
    const absent = Object.fromEntries([...names, 'git', 'queue'].map((name) => [name, undefined]))
    expect(resolveOptions({ storage, ...absent })).toEqual(resolveOptions({ storage }))
  })

  it('are taken as they are given, parts by identity', () => {
    const given = {
      storage,
      dataDir: '/srv/gitferry',
      repoRoots: ['/srv/repos', '/home'],
      trustedOwners: [0, 1_000],
      allowOutgoing: ['git.internal', '10.0.0.0/8'],
      strictHostKeys: true,
      git: '/opt/git/bin/git',
      searchPath: '/opt/bin',
      maxPushBytes: 1,
      pushTimeoutMs: 1,
      concurrency: 64,
      concurrencyPerHost: 64,
      networkRetries: 0,
      forkServer: false,
      queue: new InProcessQueue({ logger: silentLogger }),
      logger: { ...silentLogger },
      clock: createTestClock(),
      random: () => 0.5,
      secrets: {
        name: 'none',
        async open() {},
        seal: (secret) => secret,
        unseal: (sealed) => sealed,
        isStale: () => false,
      },
      notifiers: [],
      webhooks: { secrets: ['a secret of the test'], allowIps: ['10.0.0.0/8'], rateLimit: 7 },
      version: { version: 'v1.2.3', build_time: '2026-01-01T00:00:00Z', git_commit: 'abc' },
    } satisfies GitferryOptions
    const resolved = resolveOptions(given)
    expect(resolved).toEqual(given)
    for (const name of ['storage', 'queue', 'secrets', 'logger', 'clock', 'random'] as const) {
      expect(resolved[name], name).toBe(given[name])
    }
  })

  it('make a relative data directory absolute, and cannot be changed afterwards', () => {
    const resolved = resolveOptions({ storage, dataDir: 'somewhere/else' })
    expect(resolved.dataDir).toBe(resolve('somewhere/else'))
    expect(Object.isFrozen(resolved)).toBe(true)
  })

  const secret = 'hunter2'
  it.each<[string, unknown]>([
    ['storage', undefined],
    ['storage', null],
    ['storage', secret],
    ['storage', { open() {}, close() {} }],
    ['dataDir', ''],
    ['dataDir', 5],
    ['repoRoots', []],
    ['repoRoots', '/srv'],
    ['repoRoots.0', [secret]],
    ['repoRoots.1', ['/srv', './here']],
    ['trustedOwners.0', [-1]],
    ['trustedOwners.0', ['root']],
    ['trustedOwners.0', [1.5]],
    ['allowOutgoing', secret],
    ['allowOutgoing.0', ['']],
    ['git', 'git'],
    ['git', './git'],
    ['git', ''],
    ['searchPath', ['/usr/bin']],
    ['concurrency', 0],
    ['concurrencyPerHost', 0],
    ['concurrencyPerHost', 65],
    ['concurrency', 65],
    ['concurrency', 1.5],
    ['concurrency', '4'],
    ['concurrency', Number.NaN],
    ['queue', secret],
    ['logger', { log() {} }],
    ['logger', null],
    ['clock', Date],
    ['random', 0.5],
    ['version', 'v1.0.0'],
    ['version.git_commit', { version: 'v1.0.0', build_time: 'now' }],
  ])('name a bad %s (%j)', (field, value) => {
    const name = field.split('.')[0]!
    const options = { storage, [name]: value } as unknown as GitferryOptions
    let error: unknown
    try {
      resolveOptions(options)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: { field } })
    if (!isGitferryError(error)) throw error
    expect(error.message).toMatch(new RegExp(`^${field}: .`))
    expect(JSON.stringify([error.message, error.details])).not.toContain(secret)
  })

  it('name all that are bad', () => {
    const options = { storage, dataDir: '', concurrency: 0 }
    expect(() => resolveOptions(options)).toThrow(/^dataDir: .+; concurrency: /)
  })
})
