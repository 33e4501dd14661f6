import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createGitferry } from '@gitferry/core'
import type { StorageAdapter, StorageSession } from '@gitferry/core/ports'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
beforeEach(async () => {
  world = await keyWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const storesDir = () => join(world.sandbox.dataDir, 'stores')

describe('creating a repository', () => {
  it('makes an empty bare one that gitferry hosts', async () => {
    const { api, sandbox } = world
    const registered: unknown[] = []
    api.on('repo.registered', (event) => registered.push(event))
    const repo = await api.repos.create({ name: 'mine' })
    expect(repo).toMatchObject({
      name: 'mine',
      path: join(storesDir(), `${repo.uuid}.git`),
      is_bare: true,
      is_hosted: true,
      current_branch: 'main',
      default_branch: 'main',
      remotes: [],
    })
    expect(repo.size_bytes).toBeGreaterThan(0)
    expect(registered).toEqual([{ repo }])
    expect(await api.repos.get(repo.id)).toEqual(repo)
    expect(statSync(repo.path).mode & 0o777).toBe(0o700)
    expect(sandbox.git(repo.path, 'rev-parse', '--is-bare-repository')).toBe('true')
    expect(readdirSync(storesDir())).toEqual([`${repo.uuid}.git`])
    expect(await world.takeEntries()).toMatchObject([
      {
        type: 'create',
        object_type: 'repo',
        object_id: repo.id,
        result: 'success',
        details: { name: 'mine' },
      },
    ])
  })

  it('takes the branch and the object format that are asked for', async () => {
    const asked = { name: 'mine', default_branch: 'trunk', object_format: 'sha256' } as const
    const repo = await world.api.repos.create(asked)
    expect(repo).toMatchObject({ current_branch: 'trunk', default_branch: 'trunk' })
    expect(world.sandbox.git(repo.path, 'rev-parse', '--show-object-format')).toBe('sha256')
  })

  it.each([
    ['a name that is taken', { name: 'taken' }, 'REPO_EXISTS'],
    ['no name', { name: '' }, 'INVALID_INPUT'],
    ['a branch that cannot be', { name: 'mine', default_branch: 'a..b' }, 'REF_INVALID'],
  ])('refuses %s, with one entry, and leaves nothing', async (_, input, code) => {
    await world.api.repos.create({ name: 'taken' })
    await world.takeEntries()
    const before = readdirSync(storesDir())
    await expect(world.api.repos.create(input)).rejects.toMatchObject({ code })
    expect(readdirSync(storesDir())).toEqual(before)
    expect(await world.takeEntries()).toMatchObject([{ result: 'failure', error_code: code }])
  })

  it('says when the data directory cannot be written', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may write anywhere')
    chmodSync(storesDir(), 0o500)
    await expect(world.api.repos.create({ name: 'mine' })).rejects.toMatchObject({ code: 'STORE_FAILED' })
    chmodSync(storesDir(), 0o700)
    expect(readdirSync(storesDir())).toEqual([])
  })

  it('keeps the repository when the answer to the commit of its record is lost', async () => {
    const { sandbox, storage } = world
    const losing: StorageAdapter = Object.assign(Object.create(storage) as StorageAdapter, {
      open: () => storage.open(),
      close: () => storage.close(),
      collection: storage.collection.bind(storage),
      async transaction<Result>(work: (session: StorageSession) => Promise<Result>): Promise<Result> {
        const before = await storage.collection('repos').count()
        const result = await storage.transaction(work)
        if ((await storage.collection('repos').count()) > before) throw new Error('the line was cut')
        return result
      },
    })
    const dataDir = join(sandbox.dataDir, '..', 'other data')
    const gitferry = createGitferry({
      storage: losing,
      dataDir,
      repoRoots: [sandbox.root],
      forkServer: false,
    })
    await gitferry.start()
    await expect(gitferry.repos.create({ name: 'mine' })).rejects.toThrow()
    const [repo] = (await gitferry.repos.list()).items
    expect(repo).toMatchObject({ name: 'mine', current_branch: 'main' })
    expect(readdirSync(join(dataDir, 'stores'))).toEqual([`${repo?.uuid}.git`])
    await gitferry.stop()
  })

  it('leaves nothing when two ask for one name at once and one of them is too late', async () => {
    const both = await Promise.allSettled([1, 2].map(() => world.api.repos.create({ name: 'mine' })))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(readdirSync(storesDir())).toHaveLength(1)
  })
})

describe('a hosted repository', () => {
  it('takes what a sync brings, from another repository too', async () => {
    const { api, sandbox } = world
    const hosted = await api.repos.create({ name: 'hosted' })
    const source = await api.repos.register({ path: sandbox.clonePath })
    const task = await api.sync.tasks.create({
      repo_id: source.id,
      source_branch: 'main',
      target_repo_id: hosted.id,
      target_remote: 'local',
    })
    const run = await api.sync.runs.wait((await api.sync.tasks.run(task.id)).id)
    expect(run).toMatchObject({ status: 'success', refs_changed: 1 })
    expect(sandbox.oidOf(hosted.path, 'main')).toBe(sandbox.oidOf(sandbox.originPath, 'main'))
    expect((await api.branches.list(hosted.id)).items).toMatchObject([{ name: 'main', is_current: true }])
  })

  it('is not made anew, empty, when its folder is gone', async () => {
    const { api, sandbox } = world
    const hosted = await api.repos.create({ name: 'hosted' })
    await api.repos.remotes.add(hosted.id, { name: 'origin', fetch_url: sandbox.originPath })
    const task = await api.sync.tasks.create({
      repo_id: hosted.id,
      source_branch: 'main',
      target_remote: 'local',
    })
    rmSync(hosted.path, { recursive: true })
    const run = await api.sync.runs.wait((await api.sync.tasks.run(task.id)).id)
    expect(run.status).toBe('failed')
    expect(readdirSync(storesDir())).toEqual([])
  })

  it('is moved away when its record is deleted, files and all', async () => {
    const { api, sandbox } = world
    const hosted = await api.repos.create({ name: 'hosted' })
    mkdirSync(join(hosted.path, 'hooks'))
    await api.repos.delete(hosted.id)
    expect(readdirSync(storesDir())).toEqual([])
    const retired = join(sandbox.dataDir, 'retired', `${hosted.uuid}.git`)
    expect(readdirSync(retired)).toContain('hooks')
    expect(statSync(join(sandbox.dataDir, 'retired')).mode & 0o777).toBe(0o700)
  })

  it('is moved away also when its own configuration does not say any more that it is one', async () => {
    const { api, sandbox } = world
    const hosted = await api.repos.create({ name: 'hosted' })
    sandbox.git(hosted.path, 'config', '--remove-section', 'gitferry')
    await api.repos.delete(hosted.id)
    expect(readdirSync(join(sandbox.dataDir, 'retired'))).toEqual([`${hosted.uuid}.git`])
  })
})
