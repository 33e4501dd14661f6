import { type GitferryError, isGitferryError } from '@gitferry/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { KeyFolder } from '../keys/key-folder.ts'
import { type KeyWorld, keyWorld } from './key-world.ts'

let folder: KeyFolder
let ed25519: string
let ecdsa: string
let encrypted: string
beforeAll(() => {
  folder = new KeyFolder()
  ed25519 = folder.make('-t', 'ed25519')
  ecdsa = folder.make('-t', 'ecdsa')
  encrypted = folder.convert(ecdsa, '-m', 'PKCS8', '-N', 'canary-passphrase')
})
afterAll(() => folder[Symbol.dispose]())

let world: KeyWorld
beforeEach(async () => {
  world = await keyWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

async function refusal(work: Promise<unknown>): Promise<GitferryError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isGitferryError(error)) return error
  throw error ?? new Error('nothing was refused')
}

const importKey = (name = 'deploy', private_key = ed25519) => world.api.keys.create({ name, private_key })

/** What a stored key's private half is, taken out of its seal. */
async function stored(id: number): Promise<string> {
  const row = await world.storage.collection('ssh_keys').get(id)
  return world.secrets!.unseal(row!.sealed_private_key, `ssh_keys.sealed_private_key.${id}`)
}

describe('an imported SSH key', () => {
  it('shows its public half, and nothing of its private half, anywhere', async () => {
    const { fingerprint, publicKey } = folder.show(ecdsa)
    const key = await world.api.keys.create({
      name: ' deploy ',
      type: 'ecdsa',
      private_key: encrypted,
      passphrase: 'canary-passphrase',
      description: 'for the backup',
    })
    expect(key).toEqual({
      id: 1,
      name: 'deploy',
      type: 'ecdsa',
      fingerprint,
      public_key: publicKey,
      has_passphrase: true,
      description: 'for the backup',
      used_by: [],
      last_used_at: null,
      created_at: expect.stringMatching(/Z$/),
    })
    expect(await world.api.keys.get(1)).toEqual(key)
    expect((await world.api.keys.list()).items).toEqual([key])
    const row = await world.storage.collection('ssh_keys').get(1)
    const entries = await world.takeEntries()
    const told = JSON.stringify([key, row, entries, world.takeEvents(), world.log])
    const secrets = [...(await stored(1)).split('\n'), ...encrypted.split('\n'), 'canary-passphrase']
    // OpenSSH's format holds the public half too
    const own = secrets.filter((line) => /^[\w+/=-]{9,}$/.test(line) && !publicKey.includes(line))
    expect(own.length).toBeGreaterThan(5)
    for (const secret of own) expect(told).not.toContain(secret)
  })

  it('is stored unencrypted in OpenSSH’s format, sealed for its own row', async () => {
    await world.api.keys.create({ name: 'a', private_key: encrypted, passphrase: 'canary-passphrase' })
    const second = await importKey('b')
    expect(folder.show(await stored(1))).toEqual(folder.show(ecdsa))
    expect(folder.show(await stored(second.id))).toEqual(folder.show(ed25519))
    const row = await world.storage.collection('ssh_keys').get(1)
    expect(() => world.secrets!.unseal(row!.sealed_private_key, 'ssh_keys.sealed_private_key.2')).toThrow(
      /sealed/,
    )
  })

  it('leaves one audit entry and one event', async () => {
    const key = await importKey()
    expect(await world.takeEntries()).toMatchObject([
      {
        type: 'create',
        object_type: 'ssh_key',
        object_id: key.id,
        result: 'success',
        details: { name: 'deploy', type: 'ed25519', fingerprint: key.fingerprint },
      },
    ])
    expect(world.takeEvents()).toEqual([{ name: 'key.created', data: { key } }])
  })

  it('that cannot be used is refused with the field, recorded, and leaves nothing', async () => {
    const error = await refusal(world.api.keys.create({ name: 'x', type: 'rsa', private_key: ed25519 }))
    expect([error.code, error.details.field]).toEqual(['SSH_KEY_INVALID', 'type'])
    expect((await refusal(importKey('x', 'canary'))).details.field).toBe('private_key')
    expect((await refusal(importKey('x', encrypted))).details.field).toBe('passphrase')
    expect((await refusal(importKey('', ed25519))).code).toBe('INVALID_INPUT')
    expect((await refusal(importKey('x', 'A'.repeat(32_769)))).code).toBe('INVALID_INPUT')
    const entries = await world.takeEntries()
    expect(entries.map(({ result, error_code }) => [result, error_code])).toEqual([
      ...Array.from({ length: 3 }, () => ['failure', 'SSH_KEY_INVALID']),
      ...Array.from({ length: 2 }, () => ['failure', 'INVALID_INPUT']),
    ])
    expect(JSON.stringify(entries)).not.toContain('canary')
    expect((await world.api.keys.list()).total).toBe(0)
    expect(world.takeEvents()).toEqual([])
  })

  it('that is given up while it is being opened is not stored, and leaves one entry', async () => {
    const slow = folder.convert(ed25519, '-N', 'x', '-a', '128')
    const caller = new AbortController()
    const { signal } = caller
    const call = world.api.keys.create({ name: 'deploy', private_key: slow, passphrase: 'x' }, { signal })
    setImmediate(() => caller.abort())
    expect((await refusal(call)).code).toBe('ABORTED')
    expect(await world.takeEntries()).toMatchObject([{ result: 'failure', error_code: 'ABORTED' }])
    expect((await world.api.keys.list()).total).toBe(0)
  })

  it('whose name is taken, or that is there already, is refused by that field', async () => {
    await importKey('deploy')
    const named = await refusal(importKey('deploy', ecdsa))
    expect([named.code, named.details]).toEqual(['SSH_KEY_EXISTS', { field: 'name', id: 1 }])
    const copy = folder.convert(ed25519, '-N', 'x', '-a', '1')
    const same = await refusal(world.api.keys.create({ name: 'b', private_key: copy, passphrase: 'x' }))
    expect([same.code, same.details]).toEqual(['SSH_KEY_EXISTS', { field: 'private_key', id: 1 }])
    expect((await world.api.keys.list()).total).toBe(1)
  })

  it('of ten that come at once with one name or one key, one is stored', async () => {
    const attempts = Array.from({ length: 10 }, (_, index) =>
      importKey(index % 2 === 0 ? 'one' : `n${index}`, index % 3 === 0 ? ecdsa : ed25519),
    )
    const outcomes = await Promise.allSettled(attempts)
    const { items } = await world.api.keys.list()
    expect(items).toHaveLength(outcomes.filter(({ status }) => status === 'fulfilled').length)
    expect(new Set(items.map(({ name }) => name)).size).toBe(items.length)
    expect(new Set(items.map(({ fingerprint }) => fingerprint)).size).toBe(items.length)
    expect(await world.takeEntries()).toHaveLength(10)
  })

  it('whose private half is not sealed is in no storage', async () => {
    const sealing = world.storage.collection('ssh_keys')
    world.secrets!.seal = () => {
      throw new Error('no entropy')
    }
    expect((await refusal(importKey())).code).toBe('INTERNAL')
    expect(await sealing.count()).toBe(0)
  })
})

describe('a generated SSH key', () => {
  it('is a fresh ed25519 key whose private half fits the public one', async () => {
    const first = await world.api.keys.generate({ name: 'a', description: 'made here' })
    const second = await world.api.keys.generate({ name: 'b', type: 'ed25519' })
    expect(first).toMatchObject({
      type: 'ed25519',
      has_passphrase: false,
      description: 'made here',
      used_by: [],
    })
    expect(second.description).toBeNull()
    expect(first.fingerprint).not.toBe(second.fingerprint)
    const { fingerprint, publicKey } = folder.show(await stored(1))
    expect({ fingerprint, publicKey }).toEqual({
      fingerprint: first.fingerprint,
      publicKey: first.public_key,
    })
    expect(await world.takeEntries()).toMatchObject([{ type: 'create' }, { type: 'create' }])
    expect(world.takeEvents()).toEqual([first, second].map((key) => ({ name: 'key.created', data: { key } })))
  })

  it('of another type, or with a name that is taken, is refused', async () => {
    await importKey('deploy')
    expect((await refusal(world.api.keys.generate({ name: 'a', type: 'rsa' as 'ed25519' }))).code).toBe(
      'INVALID_INPUT',
    )
    expect((await refusal(world.api.keys.generate({ name: 'deploy' }))).details.field).toBe('name')
  })
})

describe('an SSH key that is there', () => {
  it('is listed whole, or by the page', async () => {
    for (const name of ['a', 'b', 'c']) await world.api.keys.generate({ name })
    expect(await world.api.keys.list()).toMatchObject({ total: 3, page: 1, page_size: 3 })
    const page = await world.api.keys.list({ page: 2, page_size: 2 })
    expect(page).toMatchObject({ total: 3, page: 2, page_size: 2, items: [{ name: 'c' }] })
  })

  it('takes another name and description, each alone, and no key', async () => {
    const key = await importKey()
    await world.takeEntries()
    world.takeEvents()
    const renamed = await world.api.keys.update(key.id, { name: 'new' })
    expect(renamed).toEqual({ ...key, name: 'new' })
    const described = await world.api.keys.update(key.id, { description: 'x' })
    expect(described).toEqual({ ...key, name: 'new', description: 'x' })
    const bare = await world.api.keys.update(key.id, { description: null, private_key: ecdsa } as object)
    expect(bare).toEqual(renamed)
    expect(await world.api.keys.update(key.id, { name: 'new' })).toEqual(renamed)
    expect(await world.takeEntries()).toMatchObject(
      Array.from({ length: 4 }, () => ({
        type: 'update',
        object_type: 'ssh_key',
        object_id: key.id,
        result: 'success',
      })),
    )
    expect(world.takeEvents()).toHaveLength(4)
    expect(folder.show(await stored(key.id))).toEqual(folder.show(ed25519))
  })

  it('does not take the name of another', async () => {
    await importKey('a')
    const { id } = await world.api.keys.generate({ name: 'b' })
    const error = await refusal(world.api.keys.update(id, { name: 'a' }))
    expect([error.code, error.details.field]).toEqual(['SSH_KEY_EXISTS', 'name'])
  })

  it('is deleted with its sealed half, once', async () => {
    const { id } = await importKey()
    expect(await world.api.keys.delete(id)).toEqual({ id, deleted: true })
    expect(await world.storage.collection('ssh_keys').count()).toBe(0)
    expect(world.takeEvents().at(-1)).toEqual({ name: 'key.deleted', data: { id } })
    expect((await refusal(world.api.keys.delete(id))).code).toBe('SSH_KEY_NOT_FOUND')
    expect((await world.takeEntries()).map(({ type, result }) => [type, result])).toEqual([
      ['create', 'success'],
      ['delete', 'success'],
      ['delete', 'failure'],
    ])
  })

  it.each(['get', 'update', 'delete', 'test'] as const)(
    'that is not there: %s answers SSH_KEY_NOT_FOUND',
    async (method) => {
      const call = (id: number) =>
        world.api.keys[method](id, { repo_url: 'git@127.0.0.1:x', name: 'x' } as never)
      expect((await refusal(call(7))).code).toBe('SSH_KEY_NOT_FOUND')
      for (const id of [0, -1, 1.5, Number.NaN]) expect((await refusal(call(id))).code).toBe('INVALID_INPUT')
    },
  )
})

describe('an SSH key that is used', () => {
  /** A repository that the key is set for, and one with the key at a remote. */
  async function use(id: number) {
    const repo = await world.api.repos.register({ path: world.sandbox.clonePath, ssh_key_id: id })
    const other = await world.api.repos.register({ path: world.sandbox.secondBarePath })
    const url = 'ssh://git@127.0.0.1:1/x.git'
    await world.api.repos.remotes.add(other.id, { name: 'offsite', fetch_url: url, ssh_key_id: id })
    return { repo, other }
  }

  it('says by what, in every answer, without asking for each key', async () => {
    const { id } = await importKey()
    const idle = await world.api.keys.generate({ name: 'idle' })
    const { repo, other } = await use(id)
    const used_by = [
      { object_type: 'repo', repo_id: repo.id, name: repo.name },
      { object_type: 'remote', repo_id: other.id, name: `${other.name}/offsite` },
    ]
    expect((await world.api.keys.get(id)).used_by).toEqual(used_by)
    expect((await world.api.keys.update(id, { description: 'x' })).used_by).toEqual(used_by)
    expect((await world.api.keys.list()).items.map((key) => key.used_by)).toEqual([used_by, []])
    expect((await world.api.keys.get(idle.id)).used_by).toEqual([])
  })

  it('is not deleted; the refusal names the users', async () => {
    const { id } = await importKey()
    const { repo, other } = await use(id)
    const error = await refusal(world.api.keys.delete(id))
    expect(error.code).toBe('SSH_KEY_IN_USE')
    expect(error.message).toContain(`the repository "${repo.name}", the remote "${other.name}/offsite"`)
    expect(error.details).toMatchObject({ id, users: [{ object_type: 'repo' }, { object_type: 'remote' }] })
    await world.api.repos.update(repo.id, { ssh_key_id: null })
    expect((await refusal(world.api.keys.delete(id))).message).toMatch(/is used by the remote/)
    await world.api.repos.remotes.update(other.id, 'offsite', { ssh_key_id: null })
    await world.api.keys.delete(id)
  })

  it('is never gone while a repository has it, whoever comes first', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await world.api.keys.generate({ name: `key ${round}` })
      const [registered, deleted] = await Promise.allSettled([
        world.api.repos.register({ path: world.sandbox.clonePath, ssh_key_id: id }),
        world.api.keys.delete(id),
      ])
      const outcomes = [registered.status, deleted.status].sort()
      expect(outcomes).toEqual(['fulfilled', 'rejected'])
      if (registered.status === 'fulfilled') await world.api.repos.delete(registered.value.id)
    }
  })
})

describe('a repository', () => {
  it('keeps the key and the credential that it is given, and gives them back', async () => {
    const { id: ssh_key_id } = await importKey()
    const { id: credential_id } = await world.api.credentials.create({
      name: 'c',
      type: 'token',
      origin: 'https://git.example.org',
      token: 'canary',
    })
    const { id, ...repo } = await world.api.repos.register({
      path: world.sandbox.clonePath,
      ssh_key_id,
      credential_id,
    })
    expect(repo).toMatchObject({ ssh_key_id, credential_id })
    expect(await world.api.repos.update(id, { ssh_key_id: null })).toMatchObject({
      ssh_key_id: null,
      credential_id,
    })
    expect(await world.api.repos.update(id, { name: 'x' })).toMatchObject({ ssh_key_id: null, credential_id })
    expect(await world.api.repos.update(id, { ssh_key_id, credential_id: null })).toMatchObject({
      ssh_key_id,
      credential_id: null,
    })
    expect(await world.api.repos.get(id)).toMatchObject({ ssh_key_id, credential_id: null, name: 'x' })
    const [entry] = (await world.takeEntries()).slice(-1)
    expect(entry).toMatchObject({ type: 'update', details: { ssh_key_id, credential_id: null } })
  })

  it.each([
    ['ssh_key_id', 'SSH_KEY_NOT_FOUND'],
    ['credential_id', 'CREDENTIAL_NOT_FOUND'],
  ])('with a %s that is not there is refused', async (field, code) => {
    const path = world.sandbox.clonePath
    const refused = await refusal(world.api.repos.register({ path, [field]: 77 }))
    expect([refused.code, refused.details]).toEqual([code, { field, id: 77 }])
    expect((await world.api.repos.list()).total).toBe(0)
    const { id } = await world.api.repos.register({ path })
    expect((await refusal(world.api.repos.update(id, { [field]: 77 }))).code).toBe(code)
    expect(await world.api.repos.get(id)).toMatchObject({ ssh_key_id: null, credential_id: null })
  })
})

describe('without a secret key', () => {
  it('keys are refused before anything of them is read, and the lists are empty', async () => {
    await using bare = await keyWorld({ sealing: false })
    const refused = await refusal(bare.api.keys.create({ name: 'a', private_key: 'no key at all' }))
    expect(refused.code).toBe('SECRETS_UNAVAILABLE')
    expect((await refusal(bare.api.keys.generate({ name: 'a' }))).code).toBe('SECRETS_UNAVAILABLE')
    expect(await bare.api.keys.list()).toMatchObject({ items: [], total: 0 })
    // what is noted is that the audit log has no key
    const settings = await bare.storage.collection('settings').find()
    // and that a gitferry is at work here
    const names = settings.map(({ name }) => name).filter((name) => !name.startsWith('server:'))
    expect(names).toEqual(['audit_unsigned'])
  })
})
