import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type IdentityWorld, identityWorld } from './identity-world.ts'

let world: IdentityWorld
beforeEach(async () => {
  world = await identityWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const blobOf = (line: string) => ({ blob: Buffer.from(line.split(' ')[1]!, 'base64') })

describe('whoever comes with a public key', () => {
  it('is its user, with what their roles give and no more', async () => {
    const { api, sandbox } = world
    const { id: user_id } = await api.users.create({ name: 'mia' })
    const { publicKey: key } = sandbox.sshKey()
    const { id } = await api.publicKeys.add({ title: 'x', key, user_id })
    const credential = { type: 'public_key', id }
    const holder = await api.authenticatePublicKey(blobOf(key))
    expect(holder).toEqual({ principals: [{ user: 'mia', scope: 'member', repoIds: null, credential }] })
    const mia = api.as(holder!.principals[0]!)
    await expect(mia.keys.list()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect((await mia.publicKeys.list()).items).toMatchObject([{ id }])
    expect((await api.as({ user: 'MIA', scope: 'member' }).publicKeys.list()).total).toBe(1)
  })

  it('is a deploy key once for each repository that it opens, and reaches no other', async () => {
    const { api, sandbox } = world
    const repos = []
    for (const name of ['one', 'two', 'three']) repos.push((await api.repos.create({ name })).id)
    const [one = 0, two = 0, three = 0] = repos
    const { publicKey: key } = sandbox.sshKey()
    const first = await api.deployKeys.add(one, { title: 'x', key })
    const second = await api.deployKeys.add(two, { title: 'x', key, can_push: true })
    const holder = await api.authenticatePublicKey(blobOf(key))
    expect(holder?.principals).toEqual(
      [
        [first, 20],
        [second, 30],
      ].map(([row, role]) => {
        const { id, repo_id } = row as typeof first
        return {
          ...{ user: `deploy-key:${id}`, scope: 'member', repoIds: [repo_id], role },
          credential: { type: 'public_key', id },
        }
      }),
    )
    const [reading, writing] = holder!.principals.map((each) => api.as(each))
    expect((await reading!.repos.list()).items).toMatchObject([{ id: one }])
    await expect(reading!.repos.get(two)).rejects.toMatchObject({ code: 'REPO_NOT_FOUND' })
    await expect(reading!.repos.get(three)).rejects.toMatchObject({ code: 'REPO_NOT_FOUND' })
    const tag = { kind: 'tag', name: 'v*' } as const
    await expect(writing!.protection.set(two, tag)).rejects.toMatchObject({ code: 'ROLE_MISSING' })
    await expect(reading!.branches.create(one, { name: 'x' })).rejects.toMatchObject({ code: 'ROLE_MISSING' })
    await expect(writing!.projects.create({ name: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('is nobody once the key, its user or its repository is gone, and was never anybody', async () => {
    const { api, sandbox } = world
    const { id: user_id } = await api.users.create({ name: 'mia' })
    const [own, second, deploys] = [0, 1, 2].map(() => sandbox.sshKey().publicKey) as [string, string, string]
    const { id } = await api.publicKeys.add({ title: 'x', key: own, user_id })
    await api.publicKeys.add({ title: 'y', key: second, user_id })
    const repo = await api.repos.create({ name: 'app' })
    await api.deployKeys.add(repo.id, { title: 'x', key: deploys })
    const isSomebody = async (key: string) => (await api.authenticatePublicKey(blobOf(key))) !== undefined
    for (const key of [own, second, deploys]) expect(await isSomebody(key)).toBe(true)
    await api.publicKeys.delete(id)
    expect(await isSomebody(own)).toBe(false)
    await api.users.delete(user_id)
    await api.repos.delete(repo.id)
    for (const key of [own, second, deploys]) expect(await isSomebody(key)).toBe(false)
    expect(await api.authenticatePublicKey({ blob: new Uint8Array() })).toBeUndefined()
    expect(await world.storage.collection('public_keys').count()).toBe(0)
  })

  it('leaves nothing as long as the private half was not shown', async () => {
    const { api, sandbox } = world
    const { id: user_id } = await api.users.create({ name: 'mia' })
    const { publicKey: key } = sandbox.sshKey()
    const { id } = await api.publicKeys.add({ title: 'x', key, user_id })
    const holder = await api.authenticatePublicKey(blobOf(key), { isProven: false })
    expect(holder?.principals).toMatchObject([{ user: 'mia' }])
    expect((await world.storage.collection('public_keys').get(id))?.last_used_at).toBeNull()
    expect(world.called('public_keys', 'updateWhere')).toBe(0)
  })

  it('leaves when it was of use, to the minute', async () => {
    const { api, clock, sandbox } = world
    const { id: user_id } = await api.users.create({ name: 'mia' })
    const { publicKey: key } = sandbox.sshKey()
    const { id } = await api.publicKeys.add({ title: 'x', key, user_id })
    const lastUse = async () => (await world.storage.collection('public_keys').get(id))?.last_used_at
    await Promise.all(Array.from({ length: 20 }, () => api.authenticatePublicKey(blobOf(key))))
    expect(await lastUse()).toBe('2026-01-01T00:00:00.000Z')
    await clock.advance(59_999)
    await api.authenticatePublicKey(blobOf(key))
    expect(await lastUse()).toBe('2026-01-01T00:00:00.000Z')
    await clock.advance(1)
    await api.authenticatePublicKey(blobOf(key))
    expect(await lastUse()).toBe('2026-01-01T00:01:00.000Z')
  })
})

it('a principal whose role is named has that role, and asks for nothing that no role gives', async () => {
  const { api } = world
  const { id } = await api.repos.create({ name: 'app' })
  const tag = { kind: 'tag', name: 'v*' } as const
  const ofOne = { user: 'of one', repoIds: [id], role: 20 } as const
  const reader = api.as({ ...ofOne, scope: 'member' })
  expect((await reader.repos.list()).total).toBe(1)
  await expect(reader.protection.set(id, tag)).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  await expect(reader.branches.create(id, { name: 'x' })).rejects.toMatchObject({ code: 'ROLE_MISSING' })
  const places = { source_remote: 'local', source_branch: 'a', target_remote: 'local', target_branch: 'b' }
  const task = { name: 'x', repo_id: id, ...places }
  await expect(reader.sync.tasks.create(task)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  for (const scope of [undefined, 'read', 'write', 'admin'] as const) {
    const details = expect.objectContaining({ field: 'scope' })
    const wrong = expect.objectContaining({ code: 'INVALID_INPUT', details })
    expect(() => api.as({ ...ofOne, scope })).toThrow(wrong)
  }
})

describe('keys that are added at the same time', () => {
  it('are one user’s, or a deploy key, and never both', async () => {
    const { api, sandbox, storage } = world
    const users = []
    for (const name of ['a', 'b', 'c']) users.push((await api.users.create({ name })).id)
    const repo = await api.repos.create({ name: 'app' })
    const { publicKey: key } = sandbox.sshKey()
    const made = await Promise.allSettled([
      ...users.map((user_id) => api.publicKeys.add({ title: 'x', key, user_id })),
      api.deployKeys.add(repo.id, { title: 'x', key }),
      api.deployKeys.add(repo.id, { title: 'y', key }),
    ])
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const each of made) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'PUBLIC_KEY_EXISTS' })
    }
    expect(await storage.collection('public_keys').count()).toBe(1)
  })
})

it('what is tried of a private key stands nowhere, whatever comes of it', async () => {
  const { api, sandbox } = world
  const { id } = await api.repos.create({ name: 'app' })
  const { privateKey } = sandbox.sshKey()
  const body = privateKey.split('\n').slice(1, -2)
  await api.publicKeys.verify(id, { private_key: privateKey })
  const spoilt = privateKey.replace(body[1]!, `${body[1]!.slice(0, -4)}AAAA`)
  const { id: user_id } = await api.users.create({ name: 'mia' })
  const refused = [
    await api.publicKeys.verify(id, { private_key: spoilt }).catch(String),
    await api.publicKeys.verify(id, { private_key: body.join('\n') }).catch(String),
    await api.publicKeys.verify(999, { private_key: privateKey }).catch(String),
    await api.publicKeys.add({ title: 'x', key: privateKey, user_id }).catch(String),
    await api.deployKeys.add(id, { title: 'x', key: body.join('') }).catch(String),
  ]
  const entries = JSON.stringify(await world.storage.collection('audit_log').find())
  const everything = [await world.everything(), entries, ...refused].join('\n')
  for (const line of body) expect(everything).not.toContain(line.slice(0, 40))
})
