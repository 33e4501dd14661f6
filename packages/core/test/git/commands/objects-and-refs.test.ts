import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkedOutBranches } from '../../../src/git/commands/checked-out-branches.ts'
import { compareCommits } from '../../../src/git/commands/compare-commits.ts'
import { initBare } from '../../../src/git/commands/init.ts'
import type { RefUpdate } from '../../../src/git/commands/push.ts'
import { updateRefs } from '../../../src/git/commands/update-ref.ts'
import type { ProcessGitRunner } from '../../../src/git/process-runner.ts'
import { createGitSandbox, type GitSandbox } from '../../../src/testing/git-sandbox.ts'
import { runnerIn } from '../fake-git.ts'

let sandbox: GitSandbox
let runner: ProcessGitRunner
let gitDir: string
let first: string
let second: string
beforeEach(() => {
  sandbox = createGitSandbox()
  runner = runnerIn(sandbox.dir)
  gitDir = sandbox.bare('repo')
  first = sandbox.history(gitDir, { commits: 1 })
  second = sandbox.history(gitDir, { commits: 2 })
})
afterEach(() => sandbox.dispose())

const absent = '1'.repeat(40)

describe('compareCommits', () => {
  const compare = (source: string, target: string) => runner.run(compareCommits(source, target), { gitDir })

  it('counts what each side has and the other lacks', async () => {
    const other = sandbox.history(gitDir, { commits: 3, branch: 'other' })
    expect(await compare(second, first)).toEqual({ ahead: 2, behind: 0 })
    expect(await compare(first, second)).toEqual({ ahead: 0, behind: 2 })
    expect(await compare(first, first)).toEqual({ ahead: 0, behind: 0 })
    expect(await compare(other, second)).toEqual({ ahead: 3, behind: 3 })
  })

  it('takes an annotated tag for the commit that it tags', async () => {
    sandbox.run(gitDir, 'tag', '-a', '-m', 'x', 'v1', second)
    expect(await compare(sandbox.tip(gitDir, 'refs/tags/v1'), first)).toEqual({ ahead: 2, behind: 0 })
  })

  it('answers "missing" for what is not here, and for what is no commit', async () => {
    const blob = sandbox.tip(gitDir, `${first}:main.txt`)
    expect(await compare(absent, first)).toBe('missing')
    expect(await compare(first, absent)).toBe('missing')
    expect(await compare(blob, first)).toBe('missing')
  })

  it('fails when a commit between the two cannot be read', async () => {
    const middle = sandbox.tip(gitDir, `${second}^`)
    sandbox.run(gitDir, 'config', 'gc.auto', '0')
    for (const name of readdirSync(join(gitDir, 'objects/pack'))) {
      if (!name.endsWith('.pack')) continue
      const pack = sandbox.path(name)
      writeFileSync(pack, '')
      sandbox.run(
        gitDir,
        '-c',
        `alias.unpack=!mv objects/pack/* '${sandbox.dir}'; git unpack-objects -q <'${pack}'`,
        'unpack',
      )
    }
    rmSync(join(gitDir, 'objects', middle.slice(0, 2), middle.slice(2)), { force: true })
    await expect(compare(second, first)).rejects.toMatchObject({ code: 'GIT_FAILED' })
  })

  it.each(['main', '', '--output=x', `${absent}^`])('takes full oids only: %j', (text) => {
    expect(() => compareCommits(text, absent)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })
})

describe('updateRefs', () => {
  const update = (...updates: RefUpdate[]) => runner.run(updateRefs(updates), { gitDir })
  const main = 'refs/heads/main'

  it('creates, moves and deletes in one transaction', async () => {
    sandbox.run(gitDir, 'update-ref', 'refs/heads/old', first)
    const result = await update(
      { ref: main, oid: first, expected: second },
      { ref: 'refs/heads/new', oid: second, expected: null },
      { ref: 'refs/heads/old', oid: null, expected: first },
    )
    expect(result).toEqual({ outcome: 'updated' })
    expect(sandbox.refs(gitDir)).toEqual({ [main]: first, 'refs/heads/new': second })
  })

  it.each<[string, () => RefUpdate]>([
    ['it moved', () => ({ ref: main, oid: first, expected: first })],
    ['it exists', () => ({ ref: main, oid: first, expected: null })],
    ['it is gone', () => ({ ref: 'refs/heads/gone', oid: first, expected: second })],
    ['it is gone and to be deleted', () => ({ ref: 'refs/heads/gone', oid: null, expected: second })],
  ])('changes nothing at all when one ref is not as expected: %s', async (_, stale) => {
    const result = await update({ ref: 'refs/heads/new', oid: first, expected: null }, stale())
    expect(result).toMatchObject({ outcome: 'stale', ref: stale().ref })
    expect(sandbox.refs(gitDir)).toEqual({ [main]: second })
  })

  it('changes a symbolic ref itself, not what it points at', async () => {
    sandbox.run(gitDir, 'symbolic-ref', 'refs/heads/alias', main)
    await update({ ref: 'refs/heads/alias', oid: first, expected: second })
    expect(sandbox.refs(gitDir)).toEqual({ [main]: second, 'refs/heads/alias': first })
  })

  it.each<[string, () => RefUpdate]>([
    ['an object that is not here', () => ({ ref: 'refs/heads/new', oid: absent, expected: null })],
    ['a name below another ref', () => ({ ref: `${main}/sub`, oid: first, expected: null })],
  ])('fails for %s', async (_, broken) => {
    await expect(update(broken())).rejects.toMatchObject({ code: 'GIT_FAILED' })
  })

  it('says that somebody else holds the lock', async () => {
    writeFileSync(join(gitDir, 'refs/heads/main.lock'), '')
    const settings = [['core.filesRefLockTimeout', '0']] as const
    const command = { ...updateRefs([{ ref: main, oid: first, expected: second }]), settings }
    await expect(runner.run(command, { gitDir })).rejects.toMatchObject({ details: { reason: 'locked' } })
  })

  it('does nothing for an empty list', async () => {
    expect(await update()).toEqual({ outcome: 'updated' })
  })
})

describe('initBare', () => {
  it.each(['sha1', 'sha256'] as const)('makes an empty bare repository: %s', async (objectFormat) => {
    const path = sandbox.path('made.git')
    await runner.run(initBare({ path, objectFormat, initialBranch: 'trunk' }))
    expect(sandbox.run(path, 'rev-parse', '--is-bare-repository')).toBe('true')
    expect(sandbox.run(path, 'rev-parse', '--show-object-format')).toBe(objectFormat)
    expect(sandbox.run(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/trunk')
    expect(() => statSync(join(path, 'hooks'))).toThrow('ENOENT')
  })
})

describe('checkedOutBranches', () => {
  const branches = async (path: string) => {
    const found = await runner.run(checkedOutBranches(), { gitDir: path })
    return { branches: [...found.branches], isBare: found.isBare }
  }

  it('is empty for a bare repository', async () => {
    expect(await branches(gitDir)).toEqual({ branches: [], isBare: true })
  })

  it('holds the branch of every worktree', async () => {
    const clone = sandbox.clone(gitDir, 'clone')
    sandbox.run(clone, 'worktree', 'add', '-b', 'linked', sandbox.path('linked'))
    sandbox.run(clone, 'worktree', 'add', '--detach', sandbox.path('detached'))
    expect(await branches(join(clone, '.git'))).toEqual({
      branches: ['refs/heads/main', 'refs/heads/linked'],
      isBare: false,
    })
    sandbox.run(gitDir, 'worktree', 'add', '-b', 'of-bare', sandbox.path('of-bare'))
    expect(await branches(gitDir)).toEqual({ branches: ['refs/heads/of-bare'], isBare: true })
  })

  it('holds the unborn branch of a new repository', async () => {
    const path = join(sandbox.repository('new'), '.git')
    expect(await branches(path)).toEqual({ branches: ['refs/heads/main'], isBare: false })
  })
})
