import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Sandbox } from './sandbox.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => {
  box[Symbol.dispose]()
})

it('lists local branches with full oids, one of them current', async () => {
  const path = box.repository()
  box.run(path, 'branch', 'feature/ä-日本')
  box.run(path, 'branch', 'same-commit')
  const oid = box.oid(path, 'main')
  expect(await (await box.open(path)).list()).toEqual([
    { name: 'feature/ä-日本', type: 'local', is_current: false, last_commit: oid },
    { name: 'main', type: 'local', is_current: true, last_commit: oid },
    { name: 'same-commit', type: 'local', is_current: false, last_commit: oid },
  ])
})

it('lists remote branches under their remote, and the alias origin/HEAD not at all', async () => {
  const path = box.clone()
  const repository = await box.open(path)
  expect(
    (await repository.list('remote')).map(({ name, type, is_current }) => [name, type, is_current]),
  ).toEqual([
    ['origin/a/b', 'remote', false],
    ['origin/develop', 'remote', false],
    ['origin/main', 'remote', false],
  ])
  expect((await repository.list('all')).map(({ name }) => name)).toEqual([
    'main',
    'origin/a/b',
    'origin/develop',
    'origin/main',
  ])
})

it('tells a local branch named like a remote one apart', async () => {
  const path = box.clone()
  box.run(path, 'checkout', '--quiet', '-b', 'origin/main')
  const all = await (await box.open(path)).list('all')
  expect(all.filter(({ name }) => name === 'origin/main')).toMatchObject([
    { type: 'local', is_current: true },
    { type: 'remote', is_current: false },
  ])
})

it('has no current branch when HEAD is detached or unborn', async () => {
  const path = box.repository()
  box.run(path, 'checkout', '--quiet', '--detach')
  expect(await (await box.open(path)).list()).toMatchObject([{ name: 'main', is_current: false }])

  box.run(box.root, 'init', '--quiet', 'empty')
  expect(await (await box.open(join(box.root, 'empty'))).list('all')).toEqual([])
})

it('names the current branch of each linked worktree there', async () => {
  const path = box.repository()
  box.run(path, 'worktree', 'add', '--quiet', '../linked', '-b', 'side')
  const current = async (top: string) =>
    (await (await box.open(top)).list()).filter((branch) => branch.is_current).map(({ name }) => name)
  expect(await current(path)).toEqual(['main'])
  expect(await current(join(box.root, 'linked'))).toEqual(['side'])
})

it('lists a bare and a SHA-256 repository', async () => {
  expect(await (await box.open(box.bareRepository())).list()).toMatchObject([
    { name: 'develop', is_current: false },
    { name: 'main', is_current: true },
  ])
  const sha256 = box.repository('sha256', '--object-format=sha256')
  expect(await (await box.open(sha256)).list()).toMatchObject([{ last_commit: box.oid(sha256, 'main') }])
})

it('lists 5,000 packed branches', async () => {
  const path = box.repository()
  const oid = box.oid(path, 'main')
  const lines = Array.from({ length: 5_000 }, (_, index) => `${oid} refs/heads/topic/${10_000 + index}`)
  writeFileSync(
    join(path, '.git/packed-refs'),
    `# pack-refs with: peeled fully-peeled sorted \n${lines.join('\n')}\n`,
  )
  const branches = await (await box.open(path)).list()
  expect(branches).toHaveLength(5_001)
  expect(branches.filter(({ is_current }) => is_current)).toMatchObject([{ name: 'main' }])
})

it('passes over what is no branch, and a torn ref', async () => {
  const path = box.repository()
  box.run(path, 'tag', 'v1')
  box.run(path, 'update-ref', 'refs/pull/1/head', 'HEAD')
  writeFileSync(join(path, '.git/refs/heads/torn'), '')
  expect((await (await box.open(path)).list('all')).map(({ name }) => name)).toEqual(['main'])
})

it('answers ABORTED when the caller has given up', async () => {
  const repository = await box.open(box.repository())
  await expect(repository.list('all', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ABORTED',
  })
})

it('answers NOT_A_REPOSITORY when it is gone', async () => {
  const path = box.repository()
  const repository = await box.open(path)
  box[Symbol.dispose]()
  await expect(repository.list()).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
})
