import { afterEach, beforeEach, expect, it } from 'vitest'
import { type IdentityWorld, identityWorld } from './identity-world.ts'

let world: IdentityWorld
beforeEach(async () => {
  world = await identityWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const member = (user: string) => world.api.as({ user, scope: 'member' })

it('of two admins who take the role from one another at once, one stays', async () => {
  const { api, storage } = world
  const [ann, bob] = [await api.users.create({ name: 'ann' }), await api.users.create({ name: 'bob' })]
  const { id } = await member('ann').projects.create({ name: 'shop' })
  await member('ann').projects.members.set(id, bob.id, { role: 40 })
  const done = await Promise.allSettled([
    member('ann').projects.members.set(id, bob.id, { role: 20 }),
    member('bob').projects.members.delete(id, ann.id),
  ])
  expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(done[1]).toMatchObject({ reason: { code: 'ROLE_MISSING' } })
  const admins = await storage.collection('members').find({ where: { role: 40 } })
  expect(admins).toMatchObject([{ user_id: ann.id }])
})

it('a repository and a project of the same id have members of their own', async () => {
  const { api } = world
  const ann = await api.users.create({ name: 'ann' })
  const repo = await api.repos.create({ name: 'app' })
  const project = await api.projects.create({ name: 'shop' })
  expect(repo.id).toBe(project.id)
  await api.members.set(repo.id, ann.id, { role: 20 })
  expect((await api.projects.members.list(project.id)).total).toBe(0)
  await api.projects.members.set(project.id, ann.id, { role: 40 })
  expect((await api.members.list(repo.id)).items).toMatchObject([{ role: 20 }])
  await api.projects.delete(project.id)
  expect((await api.members.list(repo.id)).total).toBe(1)
})

it('a repository is deleted with its members, keys and protection, or not at all', async () => {
  const { api, sandbox, storage } = world
  const ann = await api.users.create({ name: 'ann' })
  const { id } = await api.repos.create({ name: 'app' })
  await api.members.set(id, ann.id, { role: 40 })
  await api.deployKeys.add(id, { title: 'x', key: sandbox.sshKey().publicKey })
  await api.protection.set(id, { kind: 'tag', name: 'v*' })
  const counts = () =>
    Promise.all(
      (['repos', 'members', 'public_keys', 'protected_refs'] as const).map((table) =>
        storage.collection(table).count(),
      ),
    )
  const before = await counts()
  expect(before).toEqual([1, 1, 1, 1])
  world.fail('audit_log', 'insert')
  await expect(api.repos.delete(id)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  expect(await counts()).toEqual(before)
})

it('nothing is left of them once it is deleted', async () => {
  const { api, sandbox, storage } = world
  const ann = await api.users.create({ name: 'ann' })
  const [{ id }, other] = [await api.repos.create({ name: 'app' }), await api.repos.create({ name: 'other' })]
  for (const repo of [id, other.id]) {
    await api.members.set(repo, ann.id, { role: 40 })
    await api.deployKeys.add(repo, { title: 'x', key: sandbox.sshKey().publicKey })
    await api.protection.set(repo, { kind: 'tag', name: 'v*' })
  }
  await api.repos.delete(id)
  for (const table of ['members', 'public_keys', 'protected_refs'] as const) {
    expect(await storage.collection(table).find(), table).toMatchObject([{ repo_id: other.id }])
  }
})

it('a caller who is restricted to one repository chooses its members, and those of no other', async () => {
  const { api } = world
  const ann = await api.users.create({ name: 'ann' })
  const [one, two] = [await api.repos.create({ name: 'one' }), await api.repos.create({ name: 'two' })]
  for (const { id } of [one, two]) await api.members.set(id, ann.id, { role: 40 })
  const limited = api.as({ user: 'ann', scope: 'member', repoIds: [one.id] })
  const bob = await api.users.create({ name: 'bob' })
  await limited.members.set(one.id, bob.id, { role: 20 })
  await expect(limited.members.set(two.id, bob.id, { role: 20 })).rejects.toMatchObject({
    code: 'REPO_NOT_FOUND',
  })
  await expect(limited.members.delete(two.id, ann.id)).rejects.toMatchObject({ code: 'REPO_NOT_FOUND' })
  expect((await limited.repos.list()).items).toMatchObject([{ id: one.id }])
  for (const beyond of [() => limited.projects.list(), () => limited.publicKeys.list()]) {
    await expect(beyond()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  }
})

it('a list of repositories costs the same number of questions, however many there are', async () => {
  const { api } = world
  const ann = await api.users.create({ name: 'ann' })
  const asked = async () => {
    const before = world.called('users', 'find')
    await member('ann').repos.list()
    return world.called('users', 'find') - before
  }
  expect(await asked()).toBe(1)
  for (const name of ['a', 'b', 'c']) {
    const { id } = await api.repos.create({ name })
    await api.members.set(id, ann.id, { role: 20 })
  }
  expect(await asked()).toBe(1)
  expect((await member('ann').repos.list()).total).toBe(3)
})

it('a caller is the stored user of their name in any case, wherever they are told who they are', async () => {
  const { api } = world
  const ann = await api.users.create({ name: 'ann' })
  const asAnn = api.as({ user: 'Ann' })
  expect(await asAnn.lookUp.caller()).toEqual(ann)
  const own = await asAnn.repos.create({ name: 'own' })
  const other = await api.repos.create({ name: 'other' })
  expect(own.creator_id).toBe(ann.id)
  const facts = await asAnn.lookUp.facts([own, other])
  expect(facts).toMatchObject([{ creator: 'ann', is_creator: true }, { is_creator: false }])
  expect(await api.lookUp.facts([other])).toMatchObject([{ creator: null, is_creator: false }])
})

it('several become members at once, all of them or none, with one entry of the audit log', async () => {
  const { api, storage } = world
  const [ann, bob, cid] = [
    await api.users.create({ name: 'ann' }),
    await api.users.create({ name: 'bob' }),
    await api.users.create({ name: 'cid' }),
  ]
  const { id } = await api.repos.create({ name: 'app' })
  await api.members.set(id, ann.id, { role: 40 })
  await api.members.set(id, bob.id, { role: 20 })
  const before = await storage.collection('members').find()
  const entries = async () => (await Array.fromAsync(api.audit.all({ object_type: 'member' }))).length
  const counted = await entries()

  // as the second is gone, as one would leave it without its admin, and as the disk says no
  const unknown = [
    { user_id: cid.id, role: 30 },
    { user_id: 999, role: 20 },
  ] as const
  await expect(member('ann').lookUp.setMembers(id, unknown)).rejects.toMatchObject({
    code: 'USER_NOT_FOUND',
    details: { field: 'members.1.user_id' },
  })
  const leaving = [
    { user_id: cid.id, role: 30 },
    { user_id: ann.id, role: 20 },
  ] as const
  await expect(member('ann').lookUp.setMembers(id, leaving)).rejects.toMatchObject({ code: 'LAST_ADMIN' })
  expect(await storage.collection('members').find()).toEqual(before)
  expect(await entries()).toBe(counted + 2)

  // nobody but an admin is told who is a user
  await expect(member('bob').lookUp.setMembers(id, unknown)).rejects.toMatchObject({ code: 'ROLE_MISSING' })

  const wanted = [
    { user_id: cid.id, role: 30 },
    { user_id: bob.id, role: 40 },
  ] as const
  expect(await member('ann').lookUp.setMembers(id, wanted)).toMatchObject([
    { user_id: cid.id, name: 'cid', role: 30 },
    { user_id: bob.id, name: 'bob', role: 40 },
  ])
  expect((await api.members.list(id)).items).toHaveLength(3)
  const [last] = (await api.audit.list({ object_type: 'member' })).items
  expect(last).toMatchObject({
    ...{ type: 'update', operator: 'ann', object_id: id, result: 'success' },
    details: {
      members: [
        { user_id: cid.id, name: 'cid', role: 30, before: null },
        { user_id: bob.id, name: 'bob', role: 40, before: 20 },
      ],
    },
  })
  expect(await entries()).toBe(counted + 4)
})

it('whoever has no role is told neither the name nor the id of what it is missing in', async () => {
  const { api } = world
  for (const name of ['ann', 'bob', 'cid']) await api.users.create({ name })
  const project = await member('ann').projects.create({ name: 'undercover' })
  const repo = await member('ann').repos.create({ name: 'plans', project_id: project.id })
  const refusals = [
    member('cid').projects.get(project.id),
    member('cid').repos.create({ name: 'x', project_id: project.id }),
    member('cid').repos.get(repo.id),
  ]
  for (const { reason } of (await Promise.allSettled(refusals)) as PromiseRejectedResult[]) {
    expect(reason).toMatchObject({ code: 'ROLE_MISSING', details: { held: null } })
    expect(reason.message).toMatch(
      /^This needs the role of \w+ \(\d+\), and the caller has none there; an admin/,
    )
  }
})

it('a deploy key is for a hosted repository alone', async () => {
  const { api, sandbox, storage } = world
  const { id } = await api.repos.register({ path: sandbox.clonePath })
  const { publicKey: key } = sandbox.sshKey()
  await expect(api.deployKeys.add(id, { title: 'x', key })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('Give the key to the server that it is cloned from'),
  })
  expect(await storage.collection('public_keys').count()).toBe(0)
})
