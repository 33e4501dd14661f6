import { isGitferryError } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

const secret = 'canary-s3cret-0123456789'

let world: KeyWorld
let told: string[]
async function begin(options: { readonly sealing?: boolean } = {}): Promise<void> {
  world = await keyWorld(options)
  told = []
  world.api.on('credential.created', ({ credential }) => told.push(credential.name))
}
beforeEach(() => begin())
afterEach(() => world[Symbol.asyncDispose]())

const configure = (url: string, key = 'url', name = 'origin') =>
  world.sandbox.git(world.sandbox.clonePath, 'config', `remote.${name}.${key}`, url)
const register = (name = 'site') => world.api.repos.register({ path: world.sandbox.clonePath, name })
const origin = async (id: number) =>
  (await world.api.repos.remotes.list(id)).items.find(({ name }) => name === 'origin')
const credentials = () => world.storage.collection('credentials').find()

async function unsealed(id: number): Promise<string> {
  const row = await world.storage.collection('credentials').get(id)
  return world.secrets!.unseal(row!.sealed_secret, `credentials.sealed_secret.${id}`)
}

/** Makes gitferry read the configuration once more: a task that names an unknown remote does. */
async function reimport(id: number): Promise<void> {
  const task = { repo_id: id, source_remote: 'nowhere', source_branch: 'main', target_remote: 'backup' }
  const error = await world.api.sync.tasks.create(task).catch((thrown: unknown) => thrown)
  if (!isGitferryError(error, 'REMOTE_UNKNOWN')) throw error
}

/** Registers with a login in the URL of `origin`; answers the repository's id and the credential's. */
async function registered(): Promise<{ id: number; credential_id: number }> {
  configure(`https://me:${secret}@git.example.com/x.git`)
  const { id } = await register()
  const { credential_id } = (await origin(id))!
  await world.takeEntries()
  told = []
  return { id, credential_id: credential_id! }
}

async function shows(text: string): Promise<boolean> {
  const tables = ['repos', 'remotes', 'credentials', 'audit_log', 'audit_intents', 'settings'] as const
  const rows = await Promise.all(tables.map((table) => world.storage.collection(table).find()))
  return JSON.stringify([rows, world.log]).includes(text)
}

describe('a login in the configuration of a repository', () => {
  it('becomes a sealed credential when it is registered; the entry says its name and no more', async () => {
    configure(`https://me:${secret}@git.example.com/x.git`)
    const repo = await register()
    expect(await credentials()).toMatchObject([
      { id: 1, name: 'site/origin', type: 'password', username: 'me', origin: 'https://git.example.com' },
    ])
    expect(repo.remotes.find(({ name }) => name === 'origin')).toEqual({
      name: 'origin',
      fetch_url: 'https://git.example.com/x.git',
      push_url: 'https://git.example.com/x.git',
      problem: null,
      source: 'config',
      ssh_key_id: null,
      credential_id: 1,
    })
    expect(await unsealed(1)).toBe(secret)
    expect(told).toEqual(['site/origin'])
    expect(await world.takeEntries()).toMatchObject([
      { type: 'create', object_type: 'repo', details: { credentials: ['site/origin'] } },
    ])
    expect(await shows('canary')).toBe(false)
  })

  it('is a problem as before where nothing can be sealed', async () => {
    await world[Symbol.asyncDispose]()
    await begin({ sealing: false })
    configure(`https://me:${secret}@git.example.com/x.git`)
    const { id } = await register()
    expect(await origin(id)).toMatchObject({
      fetch_url: 'https://git.example.com',
      problem: expect.stringContaining('a user or a password'),
      credential_id: null,
    })
    expect(await credentials()).toEqual([])
    expect(await shows('canary')).toBe(false)
  })

  it('is a problem where both URLs hold one, and not the same', async () => {
    configure(`https://me:${secret}@git.example.com/x.git`)
    configure(`https://you:${secret}@git.example.com/x.git`, 'pushurl')
    const { id } = await register()
    expect(await origin(id)).toMatchObject({ problem: expect.stringContaining('different logins') })
    expect(await credentials()).toEqual([])
  })

  it.each([
    ['a URL that is forbidden without it', `https://me:${secret}@10.0.0.1/x.git`],
    ['an ssh URL', `ssh://me:${secret}@git.example.com/x.git`],
  ])('is not taken out of %s', async (_, url) => {
    configure(url)
    const { id } = await register()
    expect((await origin(id))!.problem).not.toBeNull()
    expect(await credentials()).toEqual([])
    expect(await shows('canary')).toBe(false)
  })
})

describe('reading the configuration again', () => {
  it('makes no second credential of the same login, and leaves no entry', async () => {
    const { id } = await registered()
    const before = await credentials()
    await reimport(id)
    await reimport(id)
    expect(await credentials()).toEqual(before)
    expect(told).toEqual([])
    const entries = await world.takeEntries()
    expect(new Set(entries.map(({ object_type }) => object_type))).toEqual(new Set(['task']))
  })

  it('replaces a login that changed, and says so in an entry of its own', async () => {
    const { id, credential_id } = await registered()
    configure('https://you:canary-new@git.example.com/x.git')
    await reimport(id)
    expect(await credentials()).toMatchObject([{ id: credential_id, username: 'you' }])
    expect(await unsealed(credential_id)).toBe('canary-new')
    expect((await world.takeEntries()).filter(({ object_type }) => object_type === 'repo')).toMatchObject([
      { type: 'update', object_id: id, operator: 'system', details: { credentials: ['site/origin'] } },
    ])
    expect(await shows('canary')).toBe(false)
  })

  it('binds the login to the new origin when both change', async () => {
    const { id, credential_id } = await registered()
    configure('https://me:canary-new@github.com/x.git')
    await reimport(id)
    expect(await origin(id)).toMatchObject({ fetch_url: 'https://github.com/x.git', credential_id })
    expect(await credentials()).toMatchObject([{ id: credential_id, origin: 'https://github.com' }])
  })

  it('lets go of the credential when the URL leads elsewhere without a login', async () => {
    const { id } = await registered()
    configure('https://github.com/x.git')
    await reimport(id)
    expect(await origin(id)).toMatchObject({ credential_id: null })
  })

  it('keeps the credential when the login leaves the URL', async () => {
    const { id, credential_id } = await registered()
    configure('https://git.example.com/x.git')
    await reimport(id)
    expect(await origin(id)).toMatchObject({ credential_id })
  })

  it('leaves the credential that somebody chose instead', async () => {
    const { id } = await registered()
    const chosen = await world.api.credentials.create({
      name: 'chosen',
      type: 'token',
      origin: 'https://git.example.com',
      token: 'canary-chosen',
    })
    await world.api.repos.remotes.update(id, 'origin', { credential_id: chosen.id })
    configure('https://me:canary-new@git.example.com/x.git')
    await reimport(id)
    expect(await origin(id)).toMatchObject({ source: 'config', credential_id: chosen.id })
    expect(await unsealed(chosen.id)).toBe('canary-chosen')
  })

  it('never replaces a credential that somebody stored under the name of a remote', async () => {
    configure('https://git.example.com/x.git')
    const { id } = await register()
    const mine = await world.api.credentials.create({
      name: 'site/origin',
      type: 'password',
      origin: 'https://git.example.com',
      username: 'me',
      password: 'canary-mine',
    })
    await world.api.repos.remotes.update(id, 'origin', { credential_id: mine.id })
    configure(`https://you:${secret}@git.example.com/x.git`)
    await reimport(id)
    expect(await origin(id)).toMatchObject({ credential_id: mine.id })
    // and where it is given here, it has a credential of its own
    const fetch_url = `https://you:${secret}@git.example.com/y.git`
    const { credential_id } = await world.api.repos.remotes.update(id, 'origin', { fetch_url })
    expect(await credentials()).toMatchObject([
      { id: mine.id, name: 'site/origin', username: 'me', source: 'api' },
      { id: credential_id, name: 'site/origin 2', username: 'you', source: 'url' },
    ])
    expect(await unsealed(mine.id)).toBe('canary-mine')
  })

  it('mends a credential whose secret cannot be opened any more', async () => {
    const { id, credential_id } = await registered()
    await world.storage.collection('credentials').update(credential_id, { sealed_secret: 'v1.lost' })
    await reimport(id)
    expect(await credentials()).toHaveLength(1)
    expect(await unsealed(credential_id)).toBe(secret)
  })

  it('finds the credential again when the repository is registered anew', async () => {
    const { id, credential_id } = await registered()
    await world.api.repos.delete(id)
    const repo = await register()
    expect(await origin(repo.id)).toMatchObject({ credential_id })
    expect(await credentials()).toHaveLength(1)
    expect((await world.takeEntries()).at(-1)!.details).not.toHaveProperty('credentials')
  })

  it('makes a remote usable that it finds only then', async () => {
    const { id } = await registered()
    configure(`https://me:${secret}@other.example.com/x.git`, 'url', 'late')
    const task = { repo_id: id, source_remote: 'late', source_branch: 'main', target_remote: 'backup' }
    await expect(world.api.sync.tasks.create(task)).resolves.toMatchObject({ source_remote: 'late' })
    expect((await credentials()).map(({ name }) => name)).toEqual(['site/origin', 'site/late'])
    expect(told).toEqual(['site/late'])
  })
})
