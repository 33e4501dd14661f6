import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Principal, VerifiedKey } from '@gitferry/core/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
beforeEach(async () => {
  world = await keyWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const as = (user: string, scope: Principal['scope'] = 'member') => world.api.as({ user, scope })
const userOf = async (name: string) => (await world.api.users.create({ name })).id

const hidden = { path: '', remotes: [], ssh_key_id: null, credential_id: null }

describe('whoever has only a role in a repository', () => {
  it('is not told where it lies, which remotes it has, and what opens them', async () => {
    const { api, sandbox } = world
    const key = await api.keys.generate({ name: 'of-others' })
    const { id } = await api.repos.register({ path: sandbox.clonePath, ssh_key_id: key.id })
    await api.members.set(id, await userOf('mia'), { role: 40 })
    const whole = await api.repos.get(id)
    expect(whole).toMatchObject({ path: sandbox.clonePath, ssh_key_id: key.id })
    expect(whole.remotes.length).toBeGreaterThan(0)
    const deployer = api.as({ user: 'of one', scope: 'member', repoIds: [id], role: 20 })
    for (const caller of [as('mia'), deployer]) {
      const shown = { ...whole, ...hidden }
      expect(await caller.repos.get(id)).toEqual(shown)
      expect((await caller.repos.list()).items).toEqual([shown])
      expect(await Array.fromAsync(caller.repos.all())).toEqual([shown])
    }
    const told: unknown[] = []
    api.on('repo.updated', ({ repo }) => told.push(repo))
    expect(await as('mia').repos.update(id, { description: 'mine' })).toMatchObject(hidden)
    expect(told).toMatchObject([{ path: sandbox.clonePath, ssh_key_id: key.id }])
    for (const scope of ['read', 'write'] as const) {
      expect((await as('mia', scope).repos.get(id)).path).toBe(sandbox.clonePath)
    }
  })

  it('is not told where what they make lies', async () => {
    await userOf('mia')
    const { id: project_id } = await as('mia').projects.create({ name: 'mine' })
    const made = await as('mia').repos.create({ name: 'app', project_id })
    const copy = await as('mia').repos.fork(made.id, { name: 'copy', project_id })
    for (const repo of [made, copy]) expect(repo).toMatchObject({ ...hidden, current_branch: 'main' })
  })

  it('is told only how many tasks use it', async () => {
    const { api, sandbox } = world
    const { id } = await api.repos.register({ path: sandbox.clonePath })
    await api.members.set(id, await userOf('mia'), { role: 40 })
    const made = []
    const refusal = (caller: typeof api) => caller.repos.delete(id).catch((error: unknown) => error)
    for (const name of ['nightly', 'hourly']) {
      const task = { repo_id: id, name, source_branch: 'main', target_remote: 'backup' }
      made.push((await api.sync.tasks.create({ ...task, target_branch: name })).id)
      const told = await refusal(as('mia'))
      expect(told).toMatchObject({ code: 'REPO_IN_USE', details: { tasks: made.length } })
      expect(String(told)).not.toMatch(/nightly|hourly/)
      expect(JSON.stringify(told)).not.toContain('task_ids')
    }
    const whole = { code: 'REPO_IN_USE', details: { task_ids: made } }
    expect(await refusal(as('mia', 'write'))).toMatchObject(whole)
    expect(String(await refusal(api))).toContain('nightly')
  })

  it('is told of a project’s repositories that they may see, and how many more there are', async () => {
    const { api } = world
    const [mia, bob] = [await userOf('mia'), await userOf('bob')]
    const { id } = await as('mia').projects.create({ name: 'shop' })
    await as('mia').projects.members.set(id, bob, { role: 30 })
    const others = await as('bob').repos.create({ name: 'secret', project_id: id })
    const refusal = (caller: typeof api) => caller.projects.delete(id).catch((error: unknown) => error)
    const none = await refusal(as('mia'))
    expect(none).toMatchObject({ code: 'PROJECT_IN_USE', details: { repo_ids: [], repos: 1 } })
    expect(String(none)).toContain('holds a repository;')
    const own = await as('mia').repos.create({ name: 'app', project_id: id })
    const some = await refusal(as('mia'))
    expect(some).toMatchObject({ details: { repo_ids: [own.id], repos: 2 } })
    expect(String(some)).toContain('"app"')
    expect(String(some)).toContain('and 1 more')
    expect(String(some)).not.toContain('secret')
    expect(await refusal(api)).toMatchObject({ details: { repo_ids: [others.id, own.id] } })
    await api.members.set(others.id, mia, { role: 20 })
    expect(String(await refusal(as('mia')))).toContain('secret')
  })
})

it('a project is made by members who are users, and by whoever has the scope for it', async () => {
  const { api } = world
  await userOf('mia')
  const refused = as('nobody').projects.create({ name: 'shop' })
  await expect(refused).rejects.toMatchObject({ code: 'ROLE_MISSING', details: { held: 'member' } })
  expect((await api.projects.list()).total).toBe(0)
  await as('mia').projects.create({ name: 'shop' })
  await as('nobody', 'write').projects.create({ name: 'tools' })
  await expect(as('nobody').projects.create({ name: 'Shop' })).rejects.toMatchObject({ code: 'ROLE_MISSING' })
})

it('what is hosted is published and deleted by its admins; what is registered, with the scope "write" too', async () => {
  const { api, sandbox } = world
  const owner = await userOf('owner')
  const hosted = await api.repos.create({ name: 'hosted' })
  await api.members.set(hosted.id, owner, { role: 40 })
  const writer = as('writer', 'write').repos
  for (const refused of [writer.update(hosted.id, { visibility: 20 }), writer.delete(hosted.id)]) {
    await expect(refused).rejects.toMatchObject({ code: 'ROLE_MISSING', details: { needed: 40, held: 30 } })
  }
  expect(await writer.update(hosted.id, { visibility: 0, description: 'theirs' })).toMatchObject({
    visibility: 0,
    description: 'theirs',
  })
  const registered = await api.repos.register({ path: sandbox.clonePath })
  expect((await writer.update(registered.id, { visibility: 20 })).visibility).toBe(20)
  await writer.delete(registered.id)
  expect((await as('owner').repos.update(hosted.id, { visibility: 20 })).visibility).toBe(20)
  expect((await api.repos.update(hosted.id, { visibility: 0 })).visibility).toBe(0)
  await as('owner', 'write').repos.delete(hosted.id)
  const own = await as('owner', 'write').repos.create({ name: 'own' })
  await as('owner', 'write').repos.delete(own.id)
})

it('a fork is seen by no more people than its original, unless an admin of that decides otherwise', async () => {
  const { api } = world
  const mia = await userOf('mia')
  const { id: project_id } = await as('mia').projects.create({ name: 'mine' })
  const { id } = await api.repos.create({ name: 'app' })
  const fork = (name: string, visibility: 0 | 10 | 20, caller = as('mia')) =>
    caller.repos.fork(id, { name, project_id, visibility })
  const before = await api.repos.list()
  for (const role of [20, 30] as const) {
    await api.members.set(id, mia, { role })
    for (const visibility of [10, 20] as const) {
      for (const caller of [as('mia'), as('mia', 'write')]) {
        await expect(fork('x', visibility, caller)).rejects.toMatchObject({
          code: 'INVALID_INPUT',
          details: { field: 'visibility' },
        })
      }
    }
  }
  expect(await api.repos.list()).toEqual(before)
  expect((await fork('private', 0)).visibility).toBe(0)
  await api.repos.update(id, { visibility: 10 })
  expect((await fork('inner', 10)).visibility).toBe(10)
  await expect(fork('x', 20)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  await api.members.set(id, mia, { role: 40 })
  expect((await fork('open', 20)).visibility).toBe(20)
  expect((await fork('of gitferry', 20, api)).visibility).toBe(20)
})

describe('a private key that is tried', () => {
  const opens = ({ can_push, can_read }: VerifiedKey) => [can_read, can_push]

  it('shows deploy keys to the admins alone while it is encrypted: anybody may have put it together', async () => {
    const { api, sandbox } = world
    const mia = await userOf('mia')
    const { id } = await api.repos.create({ name: 'app' })
    const { privateKey, publicKey } = sandbox.sshKey()
    await api.deployKeys.add(id, { title: 'x', key: publicKey, can_push: true })
    const file = join(sandbox.root, 'encrypted')
    writeFileSync(file, privateKey, { mode: 0o600 })
    execFileSync('ssh-keygen', ['-q', '-p', '-f', file, '-P', '', '-N', 'a passphrase'])
    const encrypted = readFileSync(file, 'utf8')
    const tried = async (private_key: string, caller = as('mia')) =>
      opens(await caller.publicKeys.verify(id, { private_key }))
    for (const role of [20, 30] as const) {
      await api.members.set(id, mia, { role })
      expect(await tried(encrypted)).toEqual([false, false])
      expect(await tried(privateKey)).toEqual([true, true])
    }
    expect(await tried(encrypted, as('mia', 'write'))).toEqual([false, false])
    expect(await tried(encrypted, api)).toEqual([true, true])
    await api.members.set(id, mia, { role: 40 })
    expect(await tried(encrypted)).toEqual([true, true])
  })

  it('opens nothing of a repository that is not hosted', async () => {
    const { api, sandbox } = world
    const mia = await userOf('mia')
    const { id } = await api.repos.register({ path: sandbox.clonePath })
    await api.repos.update(id, { visibility: 20 })
    await api.members.set(id, mia, { role: 40 })
    const { privateKey: private_key, publicKey: key } = sandbox.sshKey()
    await api.publicKeys.add({ title: 'x', key, user_id: mia })
    expect(opens(await api.publicKeys.verify(id, { private_key }))).toEqual([false, false])
  })
})
