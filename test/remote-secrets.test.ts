import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { isGitferryError, silentLogger } from '@gitferry/core'
import { createTestClock, GitSandbox } from '@gitferry/core/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RepoRow } from '../packages/core/src/contract/repo.ts'
import type { GitRunner } from '../packages/core/src/git/command.ts'
import type { RemoteUrlPolicy } from '../packages/core/src/git/remote-url.ts'
import { EventBus } from '../packages/core/src/runtime/event-bus.ts'
import { ManagedStorage } from '../packages/core/src/runtime/managed-storage.ts'
import { AuditLog } from '../packages/core/src/services/audit-log.ts'
import { importRemotes, weighRemote } from '../packages/core/src/services/remote-import.ts'
import { resolveTaskSides } from '../packages/core/src/services/resolve-sides.ts'
import { SealedValues } from '../packages/core/src/services/sealed-values.ts'

/** Where a secret may stand in a URL, or in what somebody took for one. Nothing of it may be seen again. */
const shapes: readonly ((secret: string) => string)[] = [
  (secret) => `https://${secret}@git.example.com/r.git`,
  (secret) => `https://${secret}:x@git.example.com/r.git`,
  (secret) => `https://me:${secret}@git.example.com/r.git`,
  (secret) => `https://me:${secret}@git.example.com:8443/r.git`,
  (secret) => `https://me:${secret}@10.0.0.1/r.git`,
  (secret) => `https://me.example.com:12/${secret}@git.example.com/r.git`,
  (secret) => `https:///me:${secret}@git.example.com/r.git`,
  (secret) => `https:/me:${secret}@git.example.com/r.git`,
  (secret) => `https:me:${secret}@git.example.com/r.git`,
  (secret) => `HTTPS:\\\\me:${secret}@git.example.com\\r.git`,
  (secret) => `https:\\/me:${secret}@git.example.com/r.git`,
  (secret) => `http://me:${secret}@git.example.com/r.git`,
  (secret) => `//me:${secret}@git.example.com/r.git`,
  (secret) => ` https://me:${secret}@git.example.com/r.git`,
  (secret) => `https://me:${secret}@git.example.com/r.git\n`,
  (secret) => `https://me:${secret}%40git.example.com/r.git`,
  (secret) => `ssh://me:${secret}@git.example.com/r.git`,
  (secret) => `ssh://${secret}:x@git.example.com/r.git`,
  (secret) => `git+ssh://me:${secret}@git.example.com/r.git`,
  (secret) => `git://me:${secret}@git.example.com/r.git`,
  (secret) => `ftp://me:${secret}@git.example.com/r.git`,
  (secret) => `file://me:${secret}@git.example.com/r.git`,
  (secret) => `file:////me:${secret}@git.example.com/r.git`,
  (secret) => `me:${secret}@git.example.com:r.git`,
  (secret) => `me:${secret}@git.example.com/r.git`,
  (secret) => `me.example.com:${secret}@git.example.com/r.git`,
  (secret) => `me@example.com:${secret}@git.example.com/r.git`,
  (secret) => `me:${secret}@git.example.com`,
  (secret) => `https://git.example.com/r.git?access_token=${secret}`,
  (secret) => `https://git.example.com?access_token=${secret}`,
  (secret) => `https://10.0.0.1/r.git?access_token=${secret}`,
  (secret) => `https://git.example.com/r.git?a=b@c&access_token=${secret}`,
  (secret) => `ssh://git@git.example.com/r.git?${secret}`,
  (secret) => `file:///srv/r.git?access_token=${secret}`,
  (secret) => `https://git.example.com/r.git#${secret}`,
  (secret) => `https://git.example.com#${secret}`,
  (secret) => `ext::sh -c ${secret}`,
  (secret) => `ext::${secret}`,
  (secret) => `fd::7,${secret}`,
]

const marker = fc.string({ unit: fc.constantFrom(...'bcdfkmqwxz'), minLength: 20, maxLength: 20 })
/** A marker, often among characters at which one parser or another ends a part of a URL. */
const secrets = fc.tuple(marker, noise(), noise()).map(([text, before, after]) => ({
  marker: text,
  secret: `${before}${text}${after}`,
}))
const cases = fc.tuple(fc.constantFrom(...shapes), secrets).map(([shape, { marker, secret }]) => ({
  marker,
  url: shape(secret),
  /** What is written in the place of the user of a user and password is no secret, and is shown. */
  isUser: shape(':').startsWith('https://:') && secret.includes(':'),
}))
const policies: readonly RemoteUrlPolicy[] = [
  { repoRoots: null, allowOutgoing: [] },
  { repoRoots: ['/srv'], allowOutgoing: [{ network: '10.0.0.0', prefix: 8 }] },
]

function noise() {
  const unit = fc.constantFrom(...'/:@#?%\\ .=&"\'', 'é', '\t')
  return fc.oneof(fc.constant(''), fc.string({ unit, maxLength: 3 }))
}

const holds = (value: unknown, marker: string): boolean =>
  JSON.stringify(value).toLowerCase().includes(marker)

describe('a secret in the URL of a remote', () => {
  it('is in nothing that is recorded', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...policies), ({ marker, url }, policy) => {
        const remote = { name: 'origin', fetch_url: url, push_url: url }
        const imported = weighRemote(remote, { policy, takeLogins: false })
        expect(holds(imported, marker), JSON.stringify(imported)).toBe(false)
        expect(imported.problem).not.toBeNull()
        expect(imported.login).toBeNull()
      }),
      { numRuns: 4_000 },
    )
  })

  it('is in nothing that is recorded where it becomes a credential, and the remote is never used without', () => {
    let taken = 0
    fc.assert(
      fc.property(cases, fc.constantFrom(...policies), ({ marker, url, isUser }, policy) => {
        fc.pre(!isUser)
        const imported = weighRemote(
          { name: 'origin', fetch_url: url, push_url: url },
          { policy, takeLogins: true },
        )
        expect(holds(imported, marker), JSON.stringify(imported)).toBe(false)
        expect(inspect(imported, { depth: 9 }).toLowerCase()).not.toContain(marker)
        expect(imported.problem === null).toBe(imported.login !== null)
        if (imported.login === null) return
        taken += 1
        expect(imported.login.login.secret).toContain(marker)
        expect(imported.login.origin).toMatch(/^https:\/\/(?:git\.example\.com|10\.0\.0\.1)(?::8443)?$/)
      }),
      { numRuns: 4_000 },
    )
    expect(taken).toBeGreaterThan(100)
  })

  it('is in nothing that is recorded where git takes the URL for the remote’s name', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ marker, url }) => {
        fc.pre(!url.startsWith(' '))
        const entries = [1, 2].map((value) => ({ key: `remote.${url}${value}.pushurl`, value: '/srv/r.git' }))
        const runner = { run: async () => entries } as unknown as GitRunner
        const imported = await importRemotes(
          { common_dir: '/srv' },
          {
            runner,
            policy: policies[1]!,
            takeLogins: true,
          },
        )
        expect(holds(imported, marker)).toBe(false)
        expect(new Set(imported.map(({ name }) => name)).size).toBe(2)
      }),
    )
  })
})

describe('resolveTaskSides', () => {
  let sandbox: GitSandbox
  let storage: ManagedStorage
  let repo: RepoRow
  beforeAll(async () => {
    sandbox = new GitSandbox()
    const path = sandbox.bare('repo')
    storage = new ManagedStorage(memoryStorage())
    await storage.open()
    await box.open()
    const at = '2026-01-01T00:00:00.000Z'
    repo = await storage.collection('repos').insert({
      uuid: '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab',
      name: 'repo',
      path,
      git_dir: path,
      common_dir: path,
      group_name: 'local',
      project_id: null,
      description: null,
      visibility: 0 as const,
      creator_id: null,
      forked_from_id: null,
      is_bare: true,
      is_hosted: false,
      checked_at: null,
      object_format: 'sha1',
      default_branch: 'main',
      ssh_key_id: null,
      credential_id: null,
      size_bytes: 0,
      created_at: at,
      updated_at: at,
    })
  })
  afterAll(() => sandbox.dispose())

  const box = aesGcmSecrets({ key: randomBytes(32) })
  const sealing = new SealedValues({ box })
  const unsealing = new SealedValues({ box: undefined })

  /** Resolves a task whose source is `origin`; `url` is what the repository's configuration says of it. */
  async function resolve(url: string, policy: RemoteUrlPolicy, sealed = unsealing): Promise<unknown> {
    const runner = { run: async () => [{ key: 'remote.origin.url', value: url }] } as unknown as GitRunner
    const task = {
      repo_id: repo.id,
      source_remote: 'origin',
      source_branch: 'main',
      target_repo_id: repo.id,
      target_remote: 'local',
      target_branch: 'main',
      mode: 'branch' as const,
      refs: [],
      exclude: [],
      tags: false,
    }
    const settings = { ...policy, trustedOwners: [] }
    const clock = createTestClock('2026-01-01T00:00:00.000Z')
    const audit = new AuditLog({ storage, clock, logger: silentLogger, wakeSealer() {} })
    const events = new EventBus({ logger: silentLogger })
    const context = { storage, clock, runner, settings, sealed, audit, events }
    return resolveTaskSides(task, context).catch((error: unknown) => {
      if (!isGitferryError(error)) throw error
      return { code: error.code, message: error.message, details: error.details, stack: error.stack }
    })
  }

  const forget = () => storage.collection('remotes').deleteWhere({ repo_id: repo.id })
  const everything = () =>
    Promise.all(
      (['remotes', 'credentials', 'audit_log', 'audit_intents'] as const).map((table) =>
        storage.collection(table).find(),
      ),
    )

  it('tells nothing of a secret, nor keeps it', async () => {
    const rooted = { repoRoots: [sandbox.dir], allowOutgoing: [] }
    await fc.assert(
      fc.asyncProperty(cases, async ({ marker, url }) => {
        await forget()
        const answer = await resolve(url, rooted)
        expect(answer).toMatchObject({ code: 'URL_FORBIDDEN' })
        expect(holds(answer, marker), JSON.stringify(answer)).toBe(false)
        expect(holds(await everything(), marker)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  it('tells nothing of a secret that it takes in, and seals it', async () => {
    const rooted = { repoRoots: [sandbox.dir], allowOutgoing: [] }
    const credentials = storage.collection('credentials')
    let taken = 0
    await fc.assert(
      fc.asyncProperty(cases, async ({ marker, url, isUser }) => {
        fc.pre(!isUser)
        await forget()
        await credentials.deleteWhere({})
        const answer = await resolve(url, rooted, sealing)
        expect(holds(answer, marker), JSON.stringify(answer)).toBe(false)
        expect(holds(await everything(), marker)).toBe(false)
        const [row] = await credentials.find()
        if (row === undefined) {
          expect(answer).toMatchObject({ code: 'URL_FORBIDDEN' })
          return
        }
        taken += 1
        expect(answer).toMatchObject({ source: { credential_id: row.id } })
        const place = { table: 'credentials', column: 'sealed_secret', id: row.id }
        expect(sealing.unseal(row.sealed_secret, place)).toContain(marker)
      }),
      { numRuns: 500 },
    )
    expect(taken).toBeGreaterThan(10)
  })

  it('tells nothing of a secret that stands in a record', async () => {
    const rooted = { repoRoots: [sandbox.dir], allowOutgoing: [] }
    await fc.assert(
      fc.asyncProperty(cases, async ({ marker, url }) => {
        await forget()
        const row = { repo_id: repo.id, name: 'origin', fetch_url: url, push_url: url, problem: null }
        const at = '2026-01-01T00:00:00.000Z'
        const rest = { source: 'config', ssh_key_id: null, credential_id: null, bound_to: null } as const
        await storage.collection('remotes').insert({ ...row, ...rest, created_at: at, updated_at: at })
        const answer = await resolve(url, rooted)
        expect(answer).toMatchObject({ code: 'URL_FORBIDDEN' })
        expect(holds(answer, marker), JSON.stringify(answer)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  it('says what the problem was, though the URL is not kept, and forgets it when the rules change', async () => {
    await forget()
    const url = 'https://10.1.2.3/r.git'
    const rooted = { repoRoots: null, allowOutgoing: [] }
    for (const _ of ['first', 'again']) {
      expect(await resolve(url, rooted)).toMatchObject({
        code: 'URL_FORBIDDEN',
        message: expect.stringContaining('the host "10.1.2.3" is in a private network'),
      })
      expect(await storage.collection('remotes').find()).toMatchObject([{ fetch_url: 'https://10.1.2.3' }])
    }
    const allowed = { ...rooted, allowOutgoing: [{ network: '10.0.0.0', prefix: 8 }] }
    expect(await resolve(url, allowed)).toMatchObject({ source: { url, host: '10.1.2.3' } })
  })
})
