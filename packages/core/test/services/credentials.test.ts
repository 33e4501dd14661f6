import { type CreateCredential, type GitferryError, isGitferryError } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
let told: { name: string; data: unknown }[]
beforeEach(async () => {
  world = await keyWorld()
  told = []
  for (const name of ['credential.created', 'credential.deleted'] as const) {
    world.api.on(name, (data) => told.push({ name, data }))
  }
})
afterEach(() => world[Symbol.asyncDispose]())

const canary = 'canary-p4ss:word'
const password = (more: Partial<Record<string, unknown>> = {}): CreateCredential =>
  ({
    name: 'forge',
    type: 'password',
    origin: 'https://git.example.com',
    username: 'me',
    password: canary,
    ...more,
  }) as CreateCredential
const token = (origin: string, more: Partial<Record<string, unknown>> = {}): CreateCredential =>
  ({ name: origin, type: 'token', origin, token: canary, ...more }) as CreateCredential

async function refusal(work: Promise<unknown>): Promise<GitferryError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isGitferryError(error)) return error
  throw error ?? new Error('nothing was refused')
}

async function unsealed(id: number): Promise<string> {
  const row = await world.storage.collection('credentials').get(id)
  return world.secrets!.unseal(row!.sealed_secret, `credentials.sealed_secret.${id}`)
}

/** Whether the secret is in anything that is stored, logged or told, or in `more`. */
async function shows(...more: unknown[]): Promise<boolean> {
  const rows = await Promise.all(
    (['credentials', 'audit_log', 'audit_intents', 'remotes', 'settings'] as const).map((table) =>
      world.storage.collection(table).find(),
    ),
  )
  const everything = JSON.stringify([rows, world.log, told, more])
  return ['canary', Buffer.from(canary).toString('base64')].some((text) => everything.includes(text))
}

describe('a credential that is created', () => {
  it('is answered, told, audited and sealed, and its secret is seen nowhere', async () => {
    const credential = await world.api.credentials.create(password())
    expect(credential).toEqual({
      id: 1,
      name: 'forge',
      type: 'password',
      username: 'me',
      origin: 'https://git.example.com',
      source: 'api',
      used_by: [],
      last_used_at: null,
      created_at: expect.stringMatching(/Z$/),
    })
    expect(told).toEqual([{ name: 'credential.created', data: { credential } }])
    expect(await world.takeEntries()).toMatchObject([
      {
        type: 'create',
        object_type: 'credential',
        object_id: 1,
        result: 'success',
        details: { name: 'forge', type: 'password', origin: 'https://git.example.com' },
      },
    ])
    expect(await world.api.credentials.get(1)).toEqual(credential)
    expect(await world.api.credentials.list()).toEqual({
      items: [credential],
      total: 1,
      page: 1,
      page_size: 20,
    })
    expect(await unsealed(1)).toBe(canary)
    expect(await shows(await world.api.audit.list())).toBe(false)
  })

  it('is sealed for its own row: copied to another it does not open', async () => {
    await world.api.credentials.create(password())
    await world.api.credentials.create(password({ name: 'other' }))
    const rows = world.storage.collection('credentials')
    await rows.update(2, { sealed_secret: (await rows.get(1))!.sealed_secret })
    await expect(unsealed(2)).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' })
  })

  it.each([
    ['https://github.com', 'x-access-token'],
    ['https://git.example.com', 'x-access-token'],
    ['https://bitbucket.org', 'x-token-auth'],
    ['https://bitbucket.org.example.com', 'x-access-token'],
    ['https://gitlab.com', 'oauth2'],
    ['https://gitlab.example.com', 'oauth2'],
    ['https://notgitlab.com', 'x-access-token'],
  ])('of a token for %s goes with the user %s', async (origin, username) => {
    expect(await world.api.credentials.create(token(origin))).toMatchObject({ type: 'token', username })
  })

  it('of a token goes with the user that was named', async () => {
    const named = token('https://gitlab.com', { username: 'me' })
    expect(await world.api.credentials.create(named)).toMatchObject({ username: 'me' })
  })

  it.each([
    ['HTTPS://Git.Example.COM:443/', 'https://git.example.com'],
    ['https://git.example.com/org/repo.git', 'https://git.example.com'],
    ['https://git.example.com./x', 'https://git.example.com'],
    ['https://git.example.com:8443/x', 'https://git.example.com:8443'],
    ['http://127.0.0.1:3000/x', 'http://127.0.0.1:3000'],
    ['http://0x7f.1:80', 'http://127.0.0.1'],
    ['https://127.0.0.1', 'https://127.0.0.1'],
  ])('for %s is for the origin %s', async (origin, normalised) => {
    expect(await world.api.credentials.create(password({ origin }))).toMatchObject({ origin: normalised })
  })
})

describe('a credential that is refused', () => {
  it.each([
    [
      'for a user in the origin',
      { origin: `https://me:${canary}@git.example.com` },
      'INVALID_INPUT',
      'origin',
    ],
    ['for an empty user in the origin', { origin: 'https://@git.example.com' }, 'INVALID_INPUT', 'origin'],
    ['for another scheme', { origin: 'ssh://git.example.com' }, 'INVALID_INPUT', 'origin'],
    ['for a host without scheme', { origin: 'git.example.com' }, 'INVALID_INPUT', 'origin'],
    ['for a scheme without slashes', { origin: 'https:git.example.com' }, 'INVALID_INPUT', 'origin'],
    [
      'for a secret after the path',
      { origin: `https://me:1/${canary}@git.example.com` },
      'URL_FORBIDDEN',
      'origin',
    ],
    ['for a query', { origin: 'https://git.example.com?x=1' }, 'URL_FORBIDDEN', 'origin'],
    ['for a query after a path', { origin: 'https://git.example.com/x?y' }, 'URL_FORBIDDEN', 'origin'],
    ['for a fragment', { origin: 'https://git.example.com#x' }, 'URL_FORBIDDEN', 'origin'],
    [
      'for a fragment that reads as a user',
      { origin: 'https://git.example.com#@127.0.0.1/x' },
      'URL_FORBIDDEN',
      'origin',
    ],
    ['for a backslash', { origin: 'https://a\\@git.example.com' }, 'URL_FORBIDDEN', 'origin'],
    ['for a private host', { origin: 'https://10.0.0.1' }, 'URL_FORBIDDEN', 'origin'],
    ['for a private host in another spelling', { origin: 'https://0xa000001' }, 'URL_FORBIDDEN', 'origin'],
    ['for a local name', { origin: 'https://git.local' }, 'URL_FORBIDDEN', 'origin'],
    ['for plain http', { origin: 'http://git.example.com' }, 'URL_FORBIDDEN', 'origin'],
    ['for another type', { type: 'key' }, 'INVALID_INPUT', 'type'],
    ['for a missing password', { password: undefined }, 'INVALID_INPUT', 'password'],
    ['for an empty password', { password: '' }, 'INVALID_INPUT', 'password'],
    ['for a line end in the password', { password: `${canary}\r\nX: y` }, 'INVALID_INPUT', 'password'],
    ['for a missing user', { username: undefined }, 'INVALID_INPUT', 'username'],
    ['for a user with a colon', { username: 'a:b' }, 'INVALID_INPUT', 'username'],
    ['for a missing name', { name: undefined }, 'INVALID_INPUT', 'name'],
  ])('%s stores nothing and has one entry', async (_, more, code, field) => {
    const error = await refusal(world.api.credentials.create(password(more)))
    expect(error).toMatchObject({ code, details: { field } })
    expect(error.message.startsWith(`${field}: `)).toBe(true)
    expect(error.message).not.toContain(`${field}: ${field}:`)
    expect(await world.storage.collection('credentials').count()).toBe(0)
    expect(await world.takeEntries()).toMatchObject([{ type: 'create', result: 'failure', error_code: code }])
    expect(told).toEqual([])
    expect(await shows(error.message, error.details, error.stack)).toBe(false)
  })

  it('CREDENTIAL_EXISTS for a taken name', async () => {
    await world.api.credentials.create(password())
    const error = await refusal(world.api.credentials.create(password({ name: ' forge ' })))
    expect(error).toMatchObject({ code: 'CREDENTIAL_EXISTS', details: { field: 'name', id: 1 } })
    expect(await world.storage.collection('credentials').count()).toBe(1)
  })

  it('one of two of the same name at the same time', async () => {
    const both = await Promise.allSettled([1, 2].map(() => world.api.credentials.create(password())))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await world.storage.collection('credentials').count()).toBe(1)
  })

  it('SECRETS_UNAVAILABLE where nothing can be sealed', async () => {
    await using bare = await keyWorld({ sealing: false })
    expect(await refusal(bare.api.credentials.create(password()))).toMatchObject({
      code: 'SECRETS_UNAVAILABLE',
    })
    expect(await bare.storage.collection('credentials').count()).toBe(0)
  })
})

describe('a list of credentials', () => {
  it('is always in pages', async () => {
    for (const name of ['a', 'b', 'c']) await world.api.credentials.create(password({ name }))
    expect(await world.api.credentials.list()).toMatchObject({ total: 3, page: 1, page_size: 20 })
    const second = await world.api.credentials.list({ page: 2, page_size: 2 })
    expect(second).toMatchObject({ items: [{ name: 'c' }], total: 3, page: 2, page_size: 2 })
  })
})

describe('a credential that is deleted', () => {
  it('is gone, told and audited', async () => {
    await world.api.credentials.create(password())
    await world.takeEntries()
    told = []
    expect(await world.api.credentials.delete(1)).toEqual({ id: 1, deleted: true })
    expect(told).toEqual([{ name: 'credential.deleted', data: { id: 1 } }])
    expect(await world.takeEntries()).toMatchObject([
      {
        type: 'delete',
        object_type: 'credential',
        object_id: 1,
        result: 'success',
        details: { name: 'forge' },
      },
    ])
    for (const work of [() => world.api.credentials.get(1), () => world.api.credentials.delete(1)]) {
      expect(await refusal(work())).toMatchObject({ code: 'CREDENTIAL_NOT_FOUND' })
    }
  })

  it('stays while a repository or a remote uses it, which are named', async () => {
    const { id } = await world.api.credentials.create(password())
    const repo = await world.api.repos.register({ path: world.sandbox.clonePath, name: 'site' })
    const fetch_url = 'https://git.example.com/x.git'
    await world.api.repos.remotes.add(repo.id, { name: 'forge', fetch_url, credential_id: id })
    await world.storage.collection('repos').update(repo.id, { credential_id: id })
    const users = [
      { object_type: 'repo', repo_id: repo.id, name: 'site' },
      { object_type: 'remote', repo_id: repo.id, name: 'site/forge' },
    ]
    expect((await world.api.credentials.get(id)).used_by).toEqual(users)
    const error = await refusal(world.api.credentials.delete(id))
    expect(error).toMatchObject({ code: 'CREDENTIAL_IN_USE', details: { id, users } })
    expect(error.message).toContain('the repository "site", the remote "site/forge"')
    expect(await world.storage.collection('credentials').count()).toBe(1)
    expect((await world.takeEntries()).at(-1)).toMatchObject({
      type: 'delete',
      object_id: id,
      result: 'failure',
      error_code: 'CREDENTIAL_IN_USE',
    })
  })
})
