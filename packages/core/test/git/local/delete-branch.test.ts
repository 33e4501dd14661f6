import { execFileSync } from 'node:child_process'
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

const branches = (path: string): string[] =>
  box.run(path, 'for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads').split('\n')

it('deletes a merged branch, loose or packed', async () => {
  const path = box.repository()
  for (const name of ['loose', 'packed/ö']) box.run(path, 'branch', name)
  box.run(path, 'pack-refs', '--all')
  const repository = await box.open(path)
  expect(await repository.delete('loose')).toEqual({ name: 'loose', deleted: true })
  expect(await repository.delete('packed/ö')).toEqual({ name: 'packed/ö', deleted: true })
  expect(branches(path)).toEqual(['main'])
})

describe('BRANCH_NOT_FOUND', () => {
  it('when there is none, also the second time', async () => {
    const path = box.repository()
    box.run(path, 'branch', 'x')
    const repository = await box.open(path)
    await repository.delete('x')
    await expect(repository.delete('x')).rejects.toEqual(refused('BRANCH_NOT_FOUND'))
  })

  it('says of a remote branch that only local ones can be deleted, and keeps it', async () => {
    const path = box.clone()
    await expect((await box.open(path)).delete('origin/develop', { force: true })).rejects.toEqual(
      refused('BRANCH_NOT_FOUND', /only local/),
    )
    expect(box.oid(path, 'refs/remotes/origin/develop')).toMatch(/^[0-9a-f]{40}$/)
  })

  it('for a tag', async () => {
    const path = box.repository()
    box.run(path, 'tag', 'v1')
    await expect((await box.open(path)).delete('v1', { force: true })).rejects.toEqual(
      refused('BRANCH_NOT_FOUND'),
    )
    expect(box.run(path, 'tag')).toBe('v1')
  })
})

describe('BRANCH_CHECKED_OUT, whatever force says', () => {
  it.each([true, false])('for the current branch (force: %s)', async (force) => {
    const path = box.repository()
    await expect((await box.open(path)).delete('main', { force })).rejects.toEqual(
      refused('BRANCH_CHECKED_OUT'),
    )
    expect(branches(path)).toEqual(['main'])
  })

  it('for the branch of HEAD in a bare repository', async () => {
    const path = box.bareRepository()
    await expect((await box.open(path)).delete('main', { force: true })).rejects.toEqual(
      refused('BRANCH_CHECKED_OUT'),
    )
  })

  it('for the branch of a linked worktree, and from there for that of the main one', async () => {
    const path = box.repository()
    box.run(path, 'worktree', 'add', '--quiet', '../linked', '-b', 'side')
    await expect((await box.open(path)).delete('side', { force: true })).rejects.toEqual(
      refused('BRANCH_CHECKED_OUT', /linked/),
    )
    const linked = await box.open(join(box.root, 'linked'))
    await expect(linked.delete('main', { force: true })).rejects.toEqual(
      refused('BRANCH_CHECKED_OUT', /repo/),
    )
  })

  it('for the branch that a rebase or bisect goes back to', async () => {
    const path = box.repository()
    box.run(path, 'checkout', '--quiet', '-b', 'topic')
    box.commit(path, { file: 'topic' })
    box.run(path, 'checkout', '--quiet', '-b', 'other', 'main')
    box.commit(path, { file: 'other' })
    expect(() => box.run(path, 'rebase', 'other', 'topic')).toThrow()
    await expect((await box.open(path)).delete('topic', { force: true })).rejects.toEqual(
      refused('BRANCH_CHECKED_OUT'),
    )
    box.run(path, 'rebase', '--abort')
    box.run(path, 'bisect', 'start')
    box.run(path, 'checkout', '--quiet', '--detach', 'main')
    await expect((await box.open(path)).delete('topic', { force: true })).rejects.toEqual(
      refused('BRANCH_CHECKED_OUT'),
    )
  })
})

describe('BRANCH_UNMERGED', () => {
  function unmerged(): string {
    const path = box.repository()
    box.run(path, 'checkout', '--quiet', '-b', 'topic')
    box.commit(path, { file: 'topic' })
    box.run(path, 'checkout', '--quiet', 'main')
    return path
  }

  it('when HEAD does not have its commits; force deletes it', async () => {
    const path = unmerged()
    const repository = await box.open(path)
    await expect(repository.delete('topic')).rejects.toEqual(refused('BRANCH_UNMERGED', /force/))
    await expect(repository.delete('topic', { force: false })).rejects.toEqual(refused('BRANCH_UNMERGED'))
    expect(branches(path)).toEqual(['main', 'topic'])
    await repository.delete('topic', { force: true })
    expect(branches(path)).toEqual(['main'])
  })

  it('not when another branch, but when the one that it follows has them', async () => {
    const path = unmerged()
    box.run(path, 'branch', 'copy', 'topic')
    const repository = await box.open(path)
    await expect(repository.delete('topic')).rejects.toEqual(refused('BRANCH_UNMERGED'))
    box.run(path, 'branch', '--set-upstream-to=copy', 'topic')
    // A local upstream is none that anybody else keeps, yet git counts it too.
    await expect(repository.delete('topic')).resolves.toEqual({ name: 'topic', deleted: true })
  })

  it('not when the tracking ref has them', async () => {
    const path = box.clone()
    box.run(path, 'branch', '--track', 'develop', 'origin/develop')
    await expect((await box.open(path)).delete('develop')).resolves.toMatchObject({ deleted: true })
  })

  it('when HEAD is unborn', async () => {
    const path = box.repository()
    box.run(path, 'symbolic-ref', 'HEAD', 'refs/heads/unborn')
    const repository = await box.open(path)
    await expect(repository.delete('main')).rejects.toEqual(refused('BRANCH_UNMERGED'))
    await repository.delete('main', { force: true })
  })

  it('is told of a detached HEAD by its commit', async () => {
    const path = unmerged()
    box.run(path, 'checkout', '--quiet', '--detach', 'topic')
    await expect((await box.open(path)).delete('topic')).resolves.toMatchObject({ deleted: true })
  })
})

it('deletes a symbolic ref itself, not the branch that it points at', async () => {
  const path = box.repository()
  box.run(path, 'branch', 'victim')
  box.run(path, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/victim')
  await (await box.open(path)).delete('alias', { force: true })
  expect(branches(path)).toEqual(['main', 'victim'])
})

it('leaves the config of the repository alone', async () => {
  const path = box.clone()
  box.run(path, 'branch', '--track', 'develop', 'origin/develop')
  const config = () => execFileSync('cat', [join(path, '.git/config')], { encoding: 'utf8' })
  const before = config()
  await (await box.open(path)).delete('develop')
  expect(config()).toBe(before)
})

it('changes nothing when it is given up', async () => {
  const path = box.repository()
  box.run(path, 'branch', 'x')
  await expect((await box.open(path)).delete('x', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ABORTED',
  })
  expect(branches(path)).toEqual(['main', 'x'])
})
