import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Sandbox } from './sandbox.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => {
  box[Symbol.dispose]()
})

const refused = (code: string, words: string | RegExp = '') =>
  expect.objectContaining({ code, message: expect.stringMatching(words) })

it('creates a branch at HEAD without switching to it', async () => {
  const path = box.repository()
  const oid = box.oid(path, 'HEAD')
  expect(await (await box.open(path)).create({ name: 'feature/ü' })).toEqual({
    name: 'feature/ü',
    type: 'local',
    is_current: false,
    last_commit: oid,
  })
  expect(box.oid(path, 'refs/heads/feature/ü')).toBe(oid)
  expect(box.run(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
  expect(box.run(path, 'reflog', 'feature/ü')).toContain('branch: Created from HEAD')
})

describe('base_branch', () => {
  it.each([
    ['develop', 'refs/heads/develop'],
    ['origin/develop', 'refs/remotes/origin/develop'],
    ['origin/a/b', 'refs/remotes/origin/a/b'],
  ])('may be %s', async (base, ref) => {
    const path = box.clone()
    box.run(path, 'branch', '--no-track', 'develop', 'main')
    await (await box.open(path)).create({ name: 'new', base_branch: base })
    expect(box.oid(path, 'new')).toBe(box.oid(path, ref))
    expect(box.run(path, 'config', '--get-regexp', '^branch\\.')).not.toContain('branch.new')
  })

  it('may be a full object name, also of a tag that leads to a commit', async () => {
    const path = box.repository()
    const repository = await box.open(path)
    const first = box.oid(path, 'HEAD')
    box.run(path, 'tag', '-a', '-m', 'x', 'v1')
    box.commit(path, { file: 'two' })
    await repository.create({ name: 'by-commit', base_branch: first })
    await repository.create({ name: 'by-tag', base_branch: box.oid(path, 'v1') })
    expect(box.oid(path, 'by-commit')).toBe(first)
    expect(box.oid(path, 'by-tag')).toBe(first)
  })

  it('is the detached commit when none is given and HEAD is detached', async () => {
    const path = box.repository()
    const first = box.oid(path, 'HEAD')
    box.commit(path, { file: 'two' })
    box.run(path, 'checkout', '--quiet', first)
    expect(await (await box.open(path)).create({ name: 'new' })).toMatchObject({ last_commit: first })
  })

  it('works in SHA-256 and bare repositories', async () => {
    const sha256 = box.repository('sha256', '--object-format=sha256')
    const oid = box.oid(sha256, 'main')
    expect(await (await box.open(sha256)).create({ name: 'new', base_branch: oid })).toMatchObject({
      last_commit: oid,
    })
    await expect(
      (await box.open(sha256)).create({ name: 'cut', base_branch: oid.slice(0, 40) }),
    ).rejects.toEqual(refused('BRANCH_NOT_FOUND'))
    const bare = box.bareRepository()
    await (await box.open(bare)).create({ name: 'new', base_branch: 'develop' })
    expect(box.oid(bare, 'refs/heads/new')).toBe(box.oid(bare, 'develop'))
  })

  it.each([
    ['nowhere', /no branch "nowhere"/],
    ['f'.repeat(40), /no commit/],
    ['v1', /no branch/],
    ['heads/main', /no branch/],
    ['hidden', /no branch/],
  ])('%s is unknown', async (base, words) => {
    const path = box.repository()
    box.run(path, 'tag', 'v1')
    // What rev-parse would find for refs/heads/hidden when that is not there.
    box.run(path, 'update-ref', 'refs/heads/refs/heads/hidden', 'HEAD')
    await expect((await box.open(path)).create({ name: 'new', base_branch: base })).rejects.toEqual(
      refused('BRANCH_NOT_FOUND', words),
    )
  })

  it('may not be an object that is no commit', async () => {
    const path = box.repository()
    const tree = box.oid(path, 'HEAD^{tree}')
    await expect((await box.open(path)).create({ name: 'new', base_branch: tree })).rejects.toEqual(
      refused('BRANCH_NOT_FOUND'),
    )
  })

  it('is not HEAD while that is unborn, even where a branch is called HEAD', async () => {
    const path = box.repository()
    box.run(path, 'update-ref', 'refs/heads/HEAD', 'HEAD')
    box.run(path, 'symbolic-ref', 'HEAD', 'refs/heads/unborn')
    await expect((await box.open(path)).create({ name: 'new' })).rejects.toEqual(
      refused('BRANCH_NOT_FOUND', /"unborn", which has no commit yet/),
    )
  })
})

describe('BRANCH_EXISTS', () => {
  it('when the branch is there: it keeps its commit', async () => {
    const path = box.repository()
    box.run(path, 'branch', 'old')
    const oid = box.oid(path, 'old')
    box.commit(path, { file: 'two' })
    await expect((await box.open(path)).create({ name: 'old' })).rejects.toEqual(refused('BRANCH_EXISTS'))
    expect(box.oid(path, 'old')).toBe(oid)
  })

  it.each([
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['a/b/c/d', 'a/b'],
  ])('when %s stands in the way of %s, loose or packed', async (present, wanted) => {
    const path = box.repository()
    box.run(path, 'branch', present)
    const repository = await box.open(path)
    const error = refused('BRANCH_EXISTS', new RegExp(`"${wanted}" beside the branch "${present}"`))
    await expect(repository.create({ name: wanted })).rejects.toEqual(error)
    box.run(path, 'pack-refs', '--all', '--prune')
    await expect(repository.create({ name: wanted })).rejects.toEqual(error)
  })

  it('when another was faster: one of many calls at once creates it', async () => {
    const repository = await box.open(box.repository())
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => repository.create({ name: 'race' })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toEqual(refused('BRANCH_EXISTS'))
    }
  })

  it('when a worktree waits for its first commit there', async () => {
    const path = box.repository()
    box.run(path, 'symbolic-ref', 'HEAD', 'refs/heads/unborn')
    await expect((await box.open(path)).create({ name: 'unborn', base_branch: 'main' })).rejects.toEqual(
      refused('BRANCH_EXISTS', /first commit/),
    )
  })
})

it.each(['heads', 'logs'])('does not write through a symbolic link in %s', async (where) => {
  const path = box.repository()
  const folder = where === 'heads' ? '.git/refs/heads' : '.git/logs/refs/heads'
  mkdirSync(join(path, folder), { recursive: true })
  symlinkSync(box.outside, join(path, folder, 'out'))
  const attempt = (await box.open(path)).create({ name: 'out/x' })
  await expect(attempt).rejects.toEqual(refused('NOT_A_REPOSITORY', /symbolic link/))
  expect(existsSync(join(box.outside, 'x'))).toBe(false)
})

it('takes the place of a dangling symbolic ref, and does not create its target', async () => {
  const path = box.repository()
  box.run(path, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/victim')
  await (await box.open(path)).create({ name: 'alias' })
  expect(box.run(path, 'for-each-ref', '--format=%(refname)%(symref)', 'refs/heads').split('\n')).toEqual([
    'refs/heads/alias',
    'refs/heads/main',
  ])
})

it('changes nothing when it is given up', async () => {
  const path = box.repository()
  const attempt = (await box.open(path)).create({ name: 'new' }, { signal: AbortSignal.abort() })
  await expect(attempt).rejects.toMatchObject({ code: 'ABORTED' })
  expect(box.run(path, 'branch', '--list', 'new')).toBe('')
  expect(readFileSync(join(path, '.git/HEAD'), 'utf8')).toBe('ref: refs/heads/main\n')
})
