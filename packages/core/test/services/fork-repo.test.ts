import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
beforeEach(async () => {
  world = await keyWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const storesOf = () => readdirSync(join(world.sandbox.dataDir, 'stores'))
const refsOf = (path: string, ...patterns: string[]) =>
  world.sandbox.git(path, 'for-each-ref', '--format=%(objectname) %(refname)', ...patterns)

/** Registers the sandbox's clone, on whatever HEAD is made there. */
const registered = async (...checkout: string[]) => {
  const { api, sandbox } = world
  if (checkout.length > 0) sandbox.git(sandbox.clonePath, 'checkout', '-q', ...checkout)
  return api.repos.register({ path: sandbox.clonePath })
}

describe('a fork', () => {
  it.each([
    ['a detached HEAD', ['--detach', 'HEAD'], 'main'],
    ['a branch of its own', ['-b', 'feature', 'HEAD'], 'main'],
  ])('of a clone on %s names the main branch of origin', async (_, checkout, expected) => {
    const { id } = await registered(...checkout)
    const copy = await world.api.repos.fork(id, { name: 'copy' })
    expect([copy.current_branch, copy.default_branch]).toEqual([expected, expected])
  })

  it('names a branch that is there, where the main one was never fetched', async () => {
    const { api, sandbox } = world
    sandbox.git(sandbox.clonePath, 'checkout', '-q', '-b', 'only')
    sandbox.git(sandbox.clonePath, 'branch', '-D', 'main')
    const { id } = await registered()
    expect(await api.repos.fork(id, { name: 'copy' })).toMatchObject({ current_branch: 'only' })
  })

  it('of a linked worktree has the branches of its repository', async () => {
    const { api, sandbox } = world
    const path = join(sandbox.root, 'linked')
    sandbox.git(sandbox.clonePath, 'worktree', 'add', '-q', '-b', 'side', path)
    const { id } = await api.repos.register({ path })
    const copy = await api.repos.fork(id, { name: 'copy' })
    expect(refsOf(copy.path)).toBe(refsOf(sandbox.clonePath, 'refs/heads', 'refs/tags'))
  })

  it('is given its commit-graph, and what API commits make too', async () => {
    const { api, sandbox, storage } = world
    const { id, path } = await api.repos.create({ name: 'long' })
    const history = Array.from(
      { length: 150 },
      (_, index) =>
        `commit refs/heads/main\ncommitter A <a@example.com> ${index} +0000\ndata 0\nM 644 inline a\ndata ${String(index).length}\n${index}\n`,
    ).join('')
    execFileSync('git', ['-c', 'fastimport.unpackLimit=1', 'fast-import', '--quiet'], {
      cwd: path,
      input: history,
    })
    const graphOf = (at: string) => join(at, 'objects/info/commit-graphs/commit-graph-chain')
    const copy = await api.repos.fork(id, { name: 'copy' })
    while (!existsSync(graphOf(copy.path))) await new Promise((resolve) => setImmediate(resolve))
    expect(existsSync(graphOf(path))).toBe(false)
    const action = { action: 'create', path: 'b', content: 'b\n' } as const
    await api.content.createCommit(id, { branch: 'main', message: 'b', actions: [action] })
    while (!existsSync(graphOf(path))) await new Promise((resolve) => setImmediate(resolve))
    expect(sandbox.git(path, 'commit-graph', 'verify')).toBe('')
    expect(await storage.collection('repos').get(id)).toMatchObject({ is_hosted: true })
  })

  it('is whole when its original is deleted, files and all', async () => {
    const { api, sandbox } = world
    const { id, path } = await api.repos.create({ name: 'one' })
    sandbox.commit(path, 'main', 'first\n')
    const copy = await api.repos.fork(id, { name: 'two' })
    await api.repos.delete(id)
    rmSync(join(sandbox.dataDir, 'retired'), { recursive: true })
    expect(sandbox.git(copy.path, 'fsck', '--full', '--strict')).toBe('')
    expect(sandbox.git(copy.path, 'show', 'main:readme')).toBe('first')
    expect((await api.repos.get(copy.id)).forked_from_id).toBe(id)
  })

  it('has copies of the LFS objects that its original holds, and misses none that it does not', async () => {
    const { api, sandbox } = world
    const { id, path } = await api.repos.create({ name: 'one' })
    const contents = ['held\n', 'elsewhere\n']
    const oids = contents.map((content) => createHash('sha256').update(content).digest('hex'))
    const objectOf = (folder: string, oid: string) =>
      join(folder, 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4), oid)
    for (const [at, oid] of oids.entries()) {
      const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${contents[at]!.length}\n`
      sandbox.commit(path, 'main', pointer)
    }
    const held = objectOf(path, oids[0]!)
    mkdirSync(dirname(held), { recursive: true })
    writeFileSync(held, contents[0]!)
    const copy = await api.repos.fork(id, { name: 'two' })
    const copied = objectOf(copy.path, oids[0]!)
    expect(readFileSync(copied, 'utf8')).toBe(contents[0])
    expect(statSync(copied).ino).not.toBe(statSync(held).ino)
    expect(sandbox.exists(objectOf(copy.path, oids[1]!))).toBe(false)
    writeFileSync(held, 'hold\n')
    await expect(api.repos.fork(id, { name: 'three' })).rejects.toMatchObject({ code: 'LFS_FAILED' })
  })

  it('of a shallow clone, which does not hold what it would take, is refused and leaves nothing', async () => {
    const { api, sandbox } = world
    const path = join(sandbox.root, 'shallow')
    sandbox.git(sandbox.root, 'clone', '-q', '--depth=1', `file://${sandbox.originPath}`, path)
    const { id } = await api.repos.register({ path })
    await world.takeEntries()
    const before = storesOf()
    await expect(api.repos.fork(id, { name: 'copy' })).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(storesOf()).toEqual(before)
    expect(await world.takeEntries()).toMatchObject([{ result: 'failure', error_code: 'UNSUPPORTED' }])
  })

  it('of what is no repository any more, or leads elsewhere, is refused and leaves nothing', async () => {
    const { api, sandbox } = world
    const { id } = await registered()
    const before = storesOf()
    const alternates = join(sandbox.clonePath, '.git', 'objects', 'info')
    mkdirSync(alternates, { recursive: true })
    writeFileSync(join(alternates, 'alternates'), `${join(sandbox.outsidePath, 'objects')}\n`)
    await expect(api.repos.fork(id, { name: 'copy' })).rejects.toThrow()
    rmSync(join(sandbox.clonePath, '.git'), { recursive: true })
    await expect(api.repos.fork(id, { name: 'copy' })).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
    expect(storesOf()).toEqual(before)
    expect((await api.repos.list()).total).toBe(1)
  })

  it('that is given up leaves nothing, neither on disk nor in the storage', async () => {
    const { api, sandbox } = world
    const { id } = await api.repos.register({ path: sandbox.originPath })
    const before = storesOf()
    const release = sandbox.holdFetches()
    const controller = new AbortController()
    const forked = api.repos.fork(id, { name: 'copy' }, { signal: controller.signal })
    const outcome = expect(forked).rejects.toMatchObject({ code: 'ABORTED' })
    setImmediate(() => controller.abort())
    await outcome
    release()
    expect(storesOf()).toEqual(before)
    expect((await api.repos.list()).total).toBe(1)
    const ended = AbortSignal.abort()
    await expect(api.repos.fork(id, { name: 'copy' }, { signal: ended })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })

  it('into a project that is deleted meanwhile is refused, and leaves nothing', async () => {
    const { api, sandbox, storage } = world
    const { id } = await api.repos.register({ path: sandbox.originPath })
    const { id: project_id } = await api.projects.create({ name: 'shop' })
    const before = storesOf()
    const release = sandbox.holdFetches()
    const forked = api.repos.fork(id, { project_id })
    const outcome = expect(forked).rejects.toMatchObject({ code: 'PROJECT_NOT_FOUND' })
    // it has been let in by now, and waits for git
    for (let turns = 0; turns < 50; turns += 1) await turn()
    await api.projects.delete(project_id)
    release()
    await outcome
    expect(storesOf()).toEqual(before)
    expect(await storage.collection('members').count()).toBe(0)
  })

  it('of one name in one project is made once, however many ask at the same time', async () => {
    const { api, sandbox } = world
    const { id } = await api.repos.register({ path: sandbox.originPath })
    const { id: project_id } = await api.projects.create({ name: 'shop' })
    const before = storesOf().length
    const all = await Promise.allSettled([1, 2, 3].map(() => api.repos.fork(id, { project_id })))
    const refused = all.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))
    expect(refused).toEqual([
      expect.objectContaining({ code: 'REPO_EXISTS' }),
      expect.objectContaining({ code: 'REPO_EXISTS' }),
    ])
    expect(storesOf()).toHaveLength(before + 1)
  })
})

const turn = () => new Promise((resolve) => setImmediate(resolve))
