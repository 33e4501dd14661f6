import { renameSync } from 'node:fs'
import {
  type AddRemote,
  type GitferryError,
  isGitferryError,
  type Remote,
  type UpdateRemote,
} from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
let repoId: number
let told: { name: string; data: unknown }[]
beforeEach(async () => {
  world = await keyWorld()
  told = []
  const names = ['remote.added', 'remote.updated', 'remote.deleted', 'credential.created'] as const
  for (const name of names) world.api.on(name, (data) => told.push({ name, data }))
  const { sandbox } = world
  configure('origin', 'https://git.example.com/site.git')
  configure('backup', sandbox.bareBackupPath)
  repoId = (await world.api.repos.register({ path: sandbox.clonePath, name: 'site' })).id
  await world.takeEntries()
  told = []
})
afterEach(() => world[Symbol.asyncDispose]())

const secret = 'canary-s3cret-0123456789'
const url = 'https://git.example.com/x.git'

/** What the repository's own configuration says of a remote from now on. */
function configure(name: string, fetchUrl: string): void {
  world.sandbox.git(world.sandbox.clonePath, 'config', `remote.${name}.url`, fetchUrl)
}

const remotes = () => world.api.repos.remotes
const add = (more: Partial<AddRemote> = {}): Promise<Remote> =>
  remotes().add(repoId, { name: 'mirror', fetch_url: url, ...more })
const update = (name: string, input: UpdateRemote): Promise<Remote> => remotes().update(repoId, name, input)
const named = async (name: string): Promise<Remote | undefined> =>
  (await remotes().list(repoId)).items.find((remote) => remote.name === name)

/** Makes gitferry read the configuration once more: a task that names an unknown remote does. */
async function reimport(): Promise<void> {
  const task = { repo_id: repoId, source_remote: 'nowhere', source_branch: 'main', target_remote: 'backup' }
  expect(await refusal(world.api.sync.tasks.create(task))).toMatchObject({ code: 'REMOTE_UNKNOWN' })
}

const addTask = (source_remote: string, target_remote: string) =>
  world.api.sync.tasks.create({
    name: 'nightly',
    repo_id: repoId,
    source_remote,
    source_branch: 'main',
    target_remote,
  })

async function refusal(work: Promise<unknown>): Promise<GitferryError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isGitferryError(error)) return error
  throw error ?? new Error('nothing was refused')
}

const addCredential = async (origin = 'https://git.example.com', name = 'forge'): Promise<number> =>
  (await world.api.credentials.create({ name, type: 'token', origin, token: secret })).id

const addKey = async (name = 'deploy'): Promise<number> => (await world.api.keys.generate({ name })).id

const credentials = () => world.storage.collection('credentials').find()

async function unsealed(id: number): Promise<string> {
  const row = await world.storage.collection('credentials').get(id)
  return world.secrets!.unseal(row!.sealed_secret, `credentials.sealed_secret.${id}`)
}

async function shows(text: string, ...more: unknown[]): Promise<boolean> {
  const tables = ['repos', 'remotes', 'credentials', 'audit_log', 'audit_intents', 'settings'] as const
  const rows = await Promise.all(tables.map((table) => world.storage.collection(table).find()))
  return JSON.stringify([rows, world.log, told, more]).includes(text)
}

describe('a remote that is added', () => {
  it('is answered, listed, told and audited, and the repository’s configuration is not written', async () => {
    const before = world.sandbox.git(world.sandbox.clonePath, 'config', '--list')
    const remote = await add({ fetch_url: 'HTTPS://Git.Example.com:443/x.git' })
    expect(remote).toEqual({
      name: 'mirror',
      fetch_url: url,
      push_url: url,
      problem: null,
      source: 'api',
      ssh_key_id: null,
      credential_id: null,
    })
    expect(told).toEqual([{ name: 'remote.added', data: { repo_id: repoId, remote } }])
    expect(await world.takeEntries()).toMatchObject([
      {
        type: 'create',
        object_type: 'remote',
        object_id: repoId,
        result: 'success',
        details: { name: 'mirror' },
      },
    ])
    expect(await named('mirror')).toEqual(remote)
    expect((await world.api.repos.get(repoId)).remotes.map(({ name }) => name)).toEqual([
      'origin',
      'backup',
      'mirror',
    ])
    expect(world.sandbox.git(world.sandbox.clonePath, 'config', '--list')).toBe(before)
  })

  it('can be the end of a task', async () => {
    const path = world.sandbox.bareBackupPath
    await add({ name: 'mine', fetch_url: `file://${path}` })
    expect(await named('mine')).toMatchObject({ fetch_url: `file://${path}` })
    await expect(addTask('local', 'mine')).resolves.toMatchObject({ target_remote: 'mine' })
  })

  it('is fetched from one URL and pushed to another', async () => {
    const push_url = 'git@git.example.com:x.git'
    expect(await add({ push_url })).toMatchObject({ fetch_url: url, push_url })
  })

  it.each<[string, Partial<AddRemote>, string, string]>([
    ['named as the repository itself', { name: 'local' }, 'INVALID_INPUT', 'name'],
    ['with a name that is none', { name: 'a/../b' }, 'INVALID_INPUT', 'name'],
    ['named as one of the configuration', { name: 'origin' }, 'REMOTE_EXISTS', 'name'],
    ['at a private address', { fetch_url: 'https://10.0.0.1/x' }, 'URL_FORBIDDEN', 'fetch_url'],
    ['pushed to a private address', { push_url: 'https://10.0.0.1/x' }, 'URL_FORBIDDEN', 'push_url'],
    ['over plain http', { fetch_url: 'http://git.example.com/x' }, 'URL_FORBIDDEN', 'fetch_url'],
    ['over git://', { fetch_url: 'git://git.example.com/x' }, 'URL_FORBIDDEN', 'fetch_url'],
    ['through a helper', { fetch_url: 'ext::sh -c touch% /tmp/x' }, 'URL_FORBIDDEN', 'fetch_url'],
    ['outside the roots', { fetch_url: '/etc' }, 'URL_FORBIDDEN', 'fetch_url'],
    [
      'with a password in an ssh URL',
      { fetch_url: `ssh://git:${secret}@git.example.com/x` },
      'URL_FORBIDDEN',
      'fetch_url',
    ],
    ['with a query', { fetch_url: `${url}?token=${secret}` }, 'URL_FORBIDDEN', 'fetch_url'],
    ['with two "@"', { fetch_url: `https://me:${secret}@x@git.example.com/x` }, 'URL_FORBIDDEN', 'fetch_url'],
    [
      'with two logins',
      { fetch_url: `https://me:${secret}@git.example.com/x`, push_url: 'https://you:y@git.example.com/x' },
      'INVALID_INPUT',
      'push_url',
    ],
    [
      'with an unknown key',
      { fetch_url: 'git@git.example.com:x', ssh_key_id: 9 },
      'SSH_KEY_NOT_FOUND',
      'ssh_key_id',
    ],
    ['with an unknown credential', { credential_id: 9 }, 'CREDENTIAL_NOT_FOUND', 'credential_id'],
    [
      'with a login and a credential',
      { fetch_url: `https://me:${secret}@git.example.com/x`, credential_id: 9 },
      'INVALID_INPUT',
      'credential_id',
    ],
  ])('%s is refused with one entry and nothing stored', async (_, input, code, field) => {
    const error = await refusal(add(input))
    expect(error).toMatchObject({ code, details: { field } })
    expect(error.message.startsWith(`${field}: `)).toBe(true)
    expect((await remotes().list(repoId)).total).toBe(2)
    expect(await credentials()).toEqual([])
    expect(await world.takeEntries()).toMatchObject([
      { type: 'create', object_type: 'remote', object_id: repoId, result: 'failure', error_code: code },
    ])
    expect(told).toEqual([])
    expect(await shows('canary', error.message, error.details, error.stack)).toBe(false)
  })

  it('to a repository that is not there is refused', async () => {
    expect(await refusal(remotes().add(99, { name: 'x', fetch_url: url }))).toMatchObject({
      code: 'REPO_NOT_FOUND',
    })
    expect(await refusal(remotes().list(99))).toMatchObject({ code: 'REPO_NOT_FOUND' })
  })
})

describe('a key or a credential of a remote', () => {
  it('is stored where it fits', async () => {
    const [ssh_key_id, credential_id] = [await addKey(), await addCredential()]
    const push_url = 'ssh://git@git.example.com:2222/x.git'
    const both = { ssh_key_id, credential_id }
    expect(await add({ push_url, ...both })).toMatchObject(both)
  })

  it('is refused where it does not', async () => {
    const [ssh_key_id, credential_id] = [await addKey(), await addCredential()]
    const ssh = 'git@git.example.com:x.git'
    const refused = { code: 'INVALID_INPUT' }
    expect(await refusal(add({ ssh_key_id }))).toMatchObject({ ...refused, details: { field: 'ssh_key_id' } })
    for (const fetch_url of [
      ssh,
      'https://git.example.com:8443/x',
      'https://github.com/x',
      'http://127.0.0.1/x',
    ]) {
      expect(await refusal(add({ fetch_url, credential_id }))).toMatchObject({
        ...refused,
        details: { field: 'credential_id' },
      })
    }
    for (const input of [
      { ssh_key_id },
      { credential_id: await addCredential('https://github.com', 'other') },
    ]) {
      expect(await refusal(update('origin', input))).toMatchObject(refused)
    }
  })

  it.each([
    'ssh://git@git.example.com/y.git',
    'git@git.example.com:z.git',
    'ssh://other@git.example.com:22/x',
  ])('of ssh stays when the URL becomes %s', async (fetch_url) => {
    const ssh_key_id = await addKey()
    await add({ fetch_url: 'git@git.example.com:x.git', ssh_key_id })
    expect(await update('mirror', { fetch_url })).toMatchObject({ ssh_key_id })
  })

  it.each([
    'https://git.example.com:8443/x.git',
    'https://github.com/x.git',
    'http://127.0.0.1:3000/x.git',
    'git@git.example.com:x.git',
  ])('of %s is no longer that of before', async (fetch_url) => {
    const credential_id = await addCredential()
    await add({ credential_id })
    expect(await update('mirror', { fetch_url })).toMatchObject({ credential_id: null })
    expect(await named('mirror')).toMatchObject({ credential_id: null })
  })

  it('goes also when only the place of pushing changes', async () => {
    const ssh_key_id = await addKey()
    await add({ fetch_url: 'git@git.example.com:x', push_url: 'git@one.example.com:x', ssh_key_id })
    const push_url = 'git@two.example.com:x'
    expect(await update('mirror', { push_url })).toMatchObject({ push_url, ssh_key_id: null })
  })

  it('stays when only the path changes, and goes when asked', async () => {
    const credential_id = await addCredential()
    await add({ credential_id })
    expect(await update('mirror', { fetch_url: 'https://git.example.com/y.git' })).toMatchObject({
      credential_id,
    })
    expect(await update('mirror', { credential_id: null })).toMatchObject({ credential_id: null })
  })

  it('moves with the URL when the same request names one', async () => {
    const [first, second] = [await addCredential(), await addCredential('https://github.com', 'other')]
    await add({ credential_id: first })
    const moved = { fetch_url: 'https://github.com/x.git', credential_id: second }
    expect(await update('mirror', moved)).toMatchObject(moved)
    expect(await refusal(update('mirror', { fetch_url: url, credential_id: second }))).toMatchObject({
      code: 'INVALID_INPUT',
    })
  })
})

describe('a login in the URL of a remote', () => {
  it('becomes a sealed credential named after the remote, and is seen nowhere', async () => {
    const remote = await add({ fetch_url: `https://me:${secret}%21@git.example.com/x.git` })
    const [credential] = (await world.api.credentials.list()).items
    expect(credential).toMatchObject({
      name: 'site/mirror',
      type: 'password',
      username: 'me',
      origin: 'https://git.example.com',
      used_by: [{ object_type: 'remote', repo_id: repoId, name: 'site/mirror' }],
    })
    expect(remote).toMatchObject({ fetch_url: url, push_url: url, credential_id: credential!.id })
    expect(await unsealed(credential!.id)).toBe(`${secret}!`)
    expect(told).toEqual([
      { name: 'credential.created', data: { credential } },
      { name: 'remote.added', data: { repo_id: repoId, remote } },
    ])
    const entries = await world.takeEntries()
    expect(entries).toMatchObject([{ details: { name: 'mirror', credentials: ['site/mirror'] } }])
    expect(await shows('canary', entries)).toBe(false)
  })

  it.each([
    [`https://${secret}@gitlab.example.com/x`, 'oauth2'],
    [`https://:${secret}@git.example.com/x`, 'x-access-token'],
    [`https://${secret}:@git.example.com/x`, 'x-access-token'],
    [`https://${secret}:x-oauth-basic@github.com/x`, 'x-access-token'],
  ])('of which one part says anything is a token: %s', async (fetch_url, username) => {
    const { credential_id } = await add({ fetch_url })
    expect(await credentials()).toMatchObject([{ id: credential_id, type: 'token', username }])
    expect(await unsealed(credential_id!)).toBe(secret)
    expect(await shows('canary')).toBe(false)
  })

  it('of the URL for pushing alone counts for that', async () => {
    const { credential_id, fetch_url, push_url } = await add({
      fetch_url: 'https://one.example.com/x',
      push_url: `https://me:${secret}@two.example.com/x`,
    })
    expect([fetch_url, push_url]).toEqual(['https://one.example.com/x', 'https://two.example.com/x'])
    expect(await credentials()).toMatchObject([{ id: credential_id, origin: 'https://two.example.com' }])
  })

  it('that is the same in both URLs becomes one credential', async () => {
    const given = `https://me:${secret}@git.example.com/x.git`
    await add({ fetch_url: given, push_url: given })
    expect(await credentials()).toHaveLength(1)
  })

  it('finds another name where its own is taken', async () => {
    const taken = await addCredential('https://git.example.com', 'site/mirror')
    const { credential_id } = await add({ fetch_url: `https://me:${secret}@git.example.com/x.git` })
    expect(credential_id).not.toBe(taken)
    expect((await credentials()).map(({ name }) => name)).toEqual(['site/mirror', 'site/mirror 2'])
    expect(await unsealed(taken)).toBe(secret)
  })

  it('that changes is replaced where it is; the same again stays what it is', async () => {
    const { credential_id } = await add({ fetch_url: `https://me:old@git.example.com/x.git` })
    const again = { fetch_url: `https://me:${secret}@git.example.com/x.git` }
    expect(await update('mirror', again)).toMatchObject({ credential_id })
    expect(await unsealed(credential_id!)).toBe(secret)
    const [before] = await credentials()
    expect(await update('mirror', again)).toMatchObject({ credential_id })
    expect(await credentials()).toEqual([before])
  })

  it('that changes leaves a credential alone that something else uses', async () => {
    const { credential_id } = await add({ fetch_url: `https://me:old@git.example.com/x.git` })
    await add({ name: 'second', credential_id })
    const changed = await update('mirror', { fetch_url: `https://me:${secret}@git.example.com/x.git` })
    expect(changed.credential_id).not.toBe(credential_id)
    expect(await unsealed(credential_id!)).toBe('old')
    expect(await unsealed(changed.credential_id!)).toBe(secret)
  })

  it('never goes to another origin: with a new one there is a new credential', async () => {
    await add({ fetch_url: `https://me:${secret}@git.example.com/x.git` })
    const moved = await update('mirror', { fetch_url: 'https://github.com/x.git' })
    expect(moved).toMatchObject({ credential_id: null })
    expect(await credentials()).toMatchObject([{ origin: 'https://git.example.com' }])
  })

  it('is refused with nothing stored where nothing can be sealed', async () => {
    await using bare = await keyWorld({ sealing: false })
    const { id } = await bare.api.repos.register({ path: bare.sandbox.clonePath })
    const { total } = await bare.api.repos.remotes.list(id)
    const work = bare.api.repos.remotes.add(id, {
      name: 'mirror',
      fetch_url: `https://me:${secret}@git.example.com/x`,
    })
    expect(await refusal(work)).toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
    expect(await bare.api.repos.remotes.list(id)).toMatchObject({ total })
    expect(await bare.storage.collection('credentials').count()).toBe(0)
  })
})

describe('a remote that is changed', () => {
  it('is answered, told and audited with the names of what changed', async () => {
    await add()
    await world.takeEntries()
    told = []
    const remote = await update('mirror', { fetch_url: 'https://git.example.com/y.git' })
    expect(told).toEqual([{ name: 'remote.updated', data: { repo_id: repoId, remote } }])
    expect(await world.takeEntries()).toMatchObject([
      {
        type: 'update',
        object_type: 'remote',
        object_id: repoId,
        details: { name: 'mirror', fields: ['fetch_url'] },
      },
    ])
  })

  it('is pushed to where it is fetched from, until the two are said apart', async () => {
    await add()
    const y = 'https://git.example.com/y.git'
    const z = 'https://git.example.com/z.git'
    expect(await update('mirror', { fetch_url: y })).toMatchObject({ fetch_url: y, push_url: y })
    expect(await update('mirror', { push_url: z })).toMatchObject({ fetch_url: y, push_url: z })
    expect(await update('mirror', { fetch_url: url })).toMatchObject({ fetch_url: url, push_url: z })
    expect(await update('mirror', { push_url: null })).toMatchObject({ fetch_url: url, push_url: url })
  })

  it('to a URL that the rules forbid stays what it was', async () => {
    await add()
    const before = await named('mirror')
    for (const field of ['fetch_url', 'push_url'] as const) {
      expect(await refusal(update('mirror', { [field]: 'https://10.0.0.1/x' }))).toMatchObject({
        code: 'URL_FORBIDDEN',
        details: { field },
      })
    }
    expect(await named('mirror')).toEqual(before)
  })

  it('must be there', async () => {
    const error = await refusal(update(secret, { fetch_url: url }))
    expect(error).toMatchObject({ code: 'REMOTE_NOT_FOUND' })
    expect(error.message).not.toContain(secret)
    expect(await refusal(remotes().delete(repoId, 'x'))).toMatchObject({ code: 'REMOTE_NOT_FOUND' })
    expect(await refusal(remotes().test(repoId, 'x'))).toMatchObject({ code: 'REMOTE_NOT_FOUND' })
  })
})

describe('a remote of the configuration', () => {
  it('is no longer the configuration’s once its URL was changed here, and is not imported any more', async () => {
    const mine = { fetch_url: url, push_url: url, source: 'api' }
    expect(await update('origin', { fetch_url: url })).toMatchObject(mine)
    configure('origin', 'https://git.example.com/elsewhere.git')
    await reimport()
    expect(await named('origin')).toMatchObject(mine)
    world.sandbox.git(world.sandbox.clonePath, 'config', '--remove-section', 'remote.origin')
    await reimport()
    expect(await named('origin')).toMatchObject(mine)
  })

  it('stays the configuration’s with a key or a credential, which it keeps until it leads elsewhere', async () => {
    const credential_id = await addCredential()
    expect(await update('origin', { credential_id })).toMatchObject({ source: 'config', credential_id })
    configure('origin', 'https://git.example.com/renamed.git')
    await reimport()
    expect(await named('origin')).toMatchObject({
      fetch_url: 'https://git.example.com/renamed.git',
      source: 'config',
      credential_id,
    })
    configure('origin', 'https://git.example.com:8443/renamed.git')
    await reimport()
    expect(await named('origin')).toMatchObject({ source: 'config', credential_id: null })
    expect(await credentials()).toHaveLength(1)
  })

  describe('that is forbidden for a while', () => {
    const ssh = (port: number) => `ssh://git@git.example.com:${port}/x.git`
    const forbidden = 'ssh://git@10.0.0.1/x.git'
    let ssh_key_id: number
    beforeEach(async () => {
      configure('origin', ssh(2222))
      await reimport()
      ssh_key_id = await addKey()
      await update('origin', { ssh_key_id })
      configure('origin', forbidden)
      await reimport()
      await reimport()
      await world.takeEntries()
    })
    const unbound = async () =>
      (await world.takeEntries()).flatMap(({ object_type, details }) =>
        object_type === 'repo' ? [details] : [],
      )

    it('keeps its key meanwhile, and has it again where it led before', async () => {
      expect(await named('origin')).toMatchObject({ problem: expect.any(String), ssh_key_id })
      configure('origin', ssh(2222))
      await reimport()
      expect(await named('origin')).toMatchObject({ problem: null, ssh_key_id })
      expect(await unbound()).toEqual([])
    })

    it('loses its key when it comes back elsewhere, and an entry says so', async () => {
      configure('origin', ssh(2223))
      await reimport()
      expect(await named('origin')).toMatchObject({ problem: null, ssh_key_id: null })
      expect(await unbound()).toEqual([{ unbound: ['origin'] }])
    })

    it('has its key again with a URL that is given here, where it led before and nowhere else', async () => {
      expect(await update('origin', { fetch_url: ssh(2222) })).toMatchObject({ ssh_key_id })
      configure('backup', ssh(2222))
      await reimport()
      await update('backup', { ssh_key_id })
      configure('backup', forbidden)
      await reimport()
      expect(await update('backup', { fetch_url: 'ssh://git@10.0.0.1/x.git' }).catch(() => 0)).toBe(0)
      expect(await update('backup', { fetch_url: ssh(22) })).toMatchObject({ ssh_key_id: null })
    })

    it('is bound to where it leads now by a key that is given meanwhile', async () => {
      const other = await addKey('other')
      await update('origin', { ssh_key_id: other })
      configure('origin', ssh(2222))
      await reimport()
      expect(await named('origin')).toMatchObject({ problem: null, ssh_key_id: null })
    })

    it('loses its key when it leaves the configuration, and an entry says so', async () => {
      world.sandbox.git(world.sandbox.clonePath, 'config', '--remove-section', 'remote.origin')
      await reimport()
      expect(await named('origin')).toBeUndefined()
      expect(await unbound()).toEqual([{ unbound: ['origin'] }])
    })
  })

  it('stays the configuration’s when the URL that is given is the one that it has', async () => {
    const { fetch_url } = (await named('origin'))!
    expect(await update('origin', { fetch_url })).toMatchObject({ source: 'config' })
  })

  it('does not override one that was added here', async () => {
    await add()
    configure('mirror', 'https://git.example.com/other.git')
    await reimport()
    expect(await named('mirror')).toMatchObject({ fetch_url: url, source: 'api' })
  })

  it('can be given another URL where the rules forbid its own', async () => {
    configure('origin', 'https://10.0.0.1/x.git')
    await reimport()
    expect(await named('origin')).toMatchObject({ problem: expect.stringContaining('private network') })
    expect(await refusal(remotes().test(repoId, 'origin'))).toMatchObject({ code: 'URL_FORBIDDEN' })
    expect(await update('origin', { fetch_url: url })).toMatchObject({ push_url: url, problem: null })
  })

  it('cannot be deleted here while it stands there', async () => {
    const error = await refusal(remotes().delete(repoId, 'origin'))
    expect(error).toMatchObject({ code: 'REMOTE_CONFIGURED' })
    expect(error.message).toContain('git remote remove origin')
    world.sandbox.git(world.sandbox.clonePath, 'config', '--remove-section', 'remote.origin')
    expect(await remotes().delete(repoId, 'origin')).toEqual({ name: 'origin', deleted: true })
    expect(await named('origin')).toBeUndefined()
  })
})

describe('a remote that is deleted', () => {
  it('may be one that was added here although the clone is gone; one of its configuration may not', async () => {
    await add()
    renameSync(world.sandbox.clonePath, `${world.sandbox.clonePath}-away`)
    expect(await remotes().delete(repoId, 'mirror')).toEqual({ name: 'mirror', deleted: true })
    expect(await refusal(remotes().delete(repoId, 'origin'))).toMatchObject({ code: 'NOT_A_REPOSITORY' })
    expect((await remotes().list(repoId)).items.map(({ name }) => name).sort()).toEqual(['backup', 'origin'])
  })

  it('is gone, told and audited', async () => {
    await add()
    await world.takeEntries()
    told = []
    expect(await remotes().delete(repoId, 'mirror')).toEqual({ name: 'mirror', deleted: true })
    expect(await named('mirror')).toBeUndefined()
    expect(told).toEqual([{ name: 'remote.deleted', data: { repo_id: repoId, name: 'mirror' } }])
    expect(await world.takeEntries()).toMatchObject([
      {
        type: 'delete',
        object_type: 'remote',
        object_id: repoId,
        result: 'success',
        details: { name: 'mirror' },
      },
    ])
  })

  it('is the configuration’s again where it stands there too', async () => {
    const configured = await named('origin')
    await update('origin', { fetch_url: url })
    told = []
    await remotes().delete(repoId, 'origin')
    expect(await named('origin')).toEqual(configured)
    expect(told.map(({ name }) => name)).toEqual(['remote.deleted', 'remote.added'])
  })

  it.each([
    ['the source', 'mirror', 'backup'],
    ['the target', 'backup', 'mirror'],
  ])('stays while it is %s of a task, which is named', async (_, source, target) => {
    await add()
    const { id } = await addTask(source, target)
    const error = await refusal(remotes().delete(repoId, 'mirror'))
    expect(error).toMatchObject({ code: 'REMOTE_IN_USE', details: { task_ids: [id] } })
    expect(error.message).toContain('"nightly"')
    expect(await named('mirror')).toBeDefined()
    await world.api.sync.tasks.delete(id)
    await remotes().delete(repoId, 'mirror')
  })

  it('may be used by name in the task of another repository', async () => {
    await add()
    const other = await world.api.repos.register({ path: world.sandbox.secondBarePath })
    await world.api.repos.remotes.add(other.id, { name: 'mirror', fetch_url: url })
    await world.api.sync.tasks.create({
      repo_id: other.id,
      source_branch: 'main',
      source_remote: 'mirror',
      target_remote: 'local',
    })
    await remotes().delete(repoId, 'mirror')
  })
})

describe('a list of remotes', () => {
  it('is always in pages', async () => {
    await add()
    expect(await remotes().list(repoId)).toMatchObject({ total: 3, page: 1, page_size: 20 })
    expect(await remotes().list(repoId, { page: 2, page_size: 2 })).toMatchObject({
      items: [{ name: 'mirror' }],
      total: 3,
    })
  })
})

describe('a remote that is tested', () => {
  it('answers what it shows, with one entry that names it', async () => {
    expect(await remotes().test(repoId, 'backup')).toMatchObject({ success: true, error_code: null })
    expect(await world.takeEntries()).toMatchObject([
      {
        type: 'test',
        object_type: 'remote',
        object_id: repoId,
        result: 'success',
        details: { name: 'backup', success: true },
      },
    ])
  })

  it('answers that it cannot be reached', async () => {
    const missing = `${world.sandbox.root}/missing.git`
    await add({ fetch_url: missing })
    await world.takeEntries()
    expect(await remotes().test(repoId, 'mirror')).toMatchObject({ success: false })
    expect(await world.takeEntries()).toMatchObject([
      { type: 'test', result: 'success', details: { success: false } },
    ])
  })
})
