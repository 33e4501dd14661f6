import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GitRunner } from '../../../src/git/command.ts'
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

const head = (path: string): string => box.run(path, 'symbolic-ref', 'HEAD')
const text = (...names: string[]): string => readFileSync(join(...names), 'utf8')

/** A repository at `main` with a branch `topic` that changes `file`, adds `added` and `sub/deep`. */
function withTopic(): string {
  const path = box.repository()
  box.run(path, 'checkout', '--quiet', '-b', 'topic')
  box.commit(path, { file: 'two\n', added: 'new\n', 'sub/deep': 'deep\n' })
  box.run(path, 'checkout', '--quiet', 'main')
  return path
}

describe('a worktree', () => {
  it('is switched: files, index and HEAD', async () => {
    const path = withTopic()
    const repository = await box.open(path)
    expect(await repository.checkout({ branch: 'topic' })).toEqual({
      name: 'topic',
      type: 'local',
      is_current: true,
      last_commit: box.oid(path, 'topic'),
    })
    expect(head(path)).toBe('refs/heads/topic')
    expect(text(path, 'file')).toBe('two\n')
    expect(text(path, 'sub/deep')).toBe('deep\n')
    expect(box.run(path, 'status', '--porcelain')).toBe('')
    await repository.checkout({ branch: 'main' })
    expect(existsSync(join(path, 'sub'))).toBe(false)
    expect(box.run(path, 'status', '--porcelain')).toBe('')
  })

  it('is left as it is when it is on that branch already, whatever its state', async () => {
    const path = withTopic()
    box.write(join(path, 'file'), 'mine\n')
    expect(await (await box.open(path)).checkout({ branch: 'main' })).toMatchObject({ is_current: true })
    expect(text(path, 'file')).toBe('mine\n')
  })

  it('is switched from a detached and from an unborn HEAD', async () => {
    const path = withTopic()
    box.run(path, 'checkout', '--quiet', '--detach')
    await (await box.open(path)).checkout({ branch: 'topic' })
    expect(head(path)).toBe('refs/heads/topic')

    box.run(box.root, 'init', '--quiet', 'empty')
    const empty = join(box.root, 'empty')
    box.run(empty, 'fetch', '--quiet', path, 'topic:topic')
    await (await box.open(empty)).checkout({ branch: 'topic' })
    expect(text(empty, 'added')).toBe('new\n')
  })

  it('takes a branch before a tag or a file of the same name', async () => {
    const path = withTopic()
    box.run(path, 'branch', 'file', 'topic')
    box.run(path, 'tag', 'topic', 'main')
    const repository = await box.open(path)
    expect(await repository.checkout({ branch: 'topic' })).toMatchObject({
      last_commit: box.oid(path, 'refs/heads/topic'),
    })
    await repository.checkout({ branch: 'main' })
    await repository.checkout({ branch: 'file' })
    expect(head(path)).toBe('refs/heads/file')
  })

  it('may be a linked one, also of a bare repository whose HEAD names the branch', async () => {
    const path = withTopic()
    box.run(path, 'worktree', 'add', '--quiet', '../linked', '-b', 'side')
    await (await box.open(join(box.root, 'linked'))).checkout({ branch: 'topic' })
    expect(text(box.root, 'linked/added')).toBe('new\n')
    expect(head(path)).toBe('refs/heads/main')

    const bare = box.bareRepository()
    box.run(bare, 'worktree', 'add', '--quiet', '../of-bare', 'develop')
    await (await box.open(join(box.root, 'of-bare'))).checkout({ branch: 'main' })
    expect(head(join(box.root, 'of-bare'))).toBe('refs/heads/main')
  })

  it('may have SHA-256 objects, odd paths and a branch with odd letters', async () => {
    const path = box.repository('sha256', '--object-format=sha256')
    box.run(path, 'checkout', '--quiet', '-b', 'ä/`id`;$(x)')
    box.commit(path, { 'tab\tand "quote"': 'x', '-dash': 'x', ' ü ': 'x' })
    box.run(path, 'checkout', '--quiet', 'main')
    await (await box.open(path)).checkout({ branch: 'ä/`id`;$(x)' })
    expect(text(path, 'tab\tand "quote"')).toBe('x')
    expect(box.run(path, 'status', '--porcelain')).toBe('')
  })

  it('keeps the settings of the user: executable files, links, line ends', async () => {
    const path = box.repository()
    box.run(path, 'checkout', '--quiet', '-b', 'topic')
    box.run(path, 'config', 'core.autocrlf', 'true')
    box.write(join(path, 'run'), '#!/bin/sh\n', 0o755)
    box.commit(path, { lines: 'a\nb\n' })
    box.run(path, 'update-index', '--add', '--cacheinfo', `120000,${box.oid(path, 'HEAD:lines')},link`)
    box.run(path, 'commit', '--quiet', '-m', 'link')
    box.run(path, 'checkout', '--quiet', '--force', 'main')
    await (await box.open(path)).checkout({ branch: 'topic' })
    expect(lstatSync(join(path, 'run')).mode & 0o111).toBe(0o111)
    expect(lstatSync(join(path, 'link')).isSymbolicLink()).toBe(true)
    expect(text(path, 'lines')).toBe('a\r\nb\r\n')
  })

  it('keeps uncommitted work in files that do not change', async () => {
    const path = withTopic()
    box.commit(path, { untouched: 'one\n' })
    box.run(path, 'checkout', '--quiet', 'topic')
    box.run(path, 'merge', '--quiet', '-m', 'merge', 'main')
    box.run(path, 'checkout', '--quiet', 'main')
    box.write(join(path, 'untouched'), 'mine\n')
    box.write(join(path, 'untracked'), 'mine\n')
    box.write(join(path, 'staged'), 'mine\n')
    box.run(path, 'add', 'staged')
    await (await box.open(path)).checkout({ branch: 'topic' })
    expect([text(path, 'untouched'), text(path, 'untracked'), text(path, 'staged')]).toEqual([
      'mine\n',
      'mine\n',
      'mine\n',
    ])
    expect(box.run(path, 'status', '--porcelain').split('\n')).toEqual([
      'A  staged',
      ' M untouched',
      '?? untracked',
    ])
  })
})

describe('a remote branch', () => {
  it.each(['origin/develop', 'develop'])(
    '%s is checked out by a local branch that follows it',
    async (branch) => {
      const path = box.clone()
      expect(await (await box.open(path)).checkout({ branch })).toEqual({
        name: 'develop',
        type: 'local',
        is_current: true,
        last_commit: box.oid(path, 'origin/develop'),
      })
      expect(box.run(path, 'rev-parse', '--abbrev-ref', 'develop@{upstream}')).toBe('origin/develop')
      expect(text(path, 'added')).toBe('new\n')
    },
  )

  it('may hold a slash', async () => {
    const path = box.clone()
    expect(await (await box.open(path)).checkout({ branch: 'origin/a/b' })).toMatchObject({ name: 'a/b' })
  })

  it('may be asked for again, while the local branch is at the same commit', async () => {
    const repository = await box.open(box.clone())
    await repository.checkout({ branch: 'origin/develop' })
    await repository.checkout({ branch: 'main' })
    expect(await repository.checkout({ branch: 'origin/develop' })).toMatchObject({ name: 'develop' })
  })

  it('is refused when the local branch is elsewhere: neither is moved', async () => {
    const path = box.clone()
    box.run(path, 'branch', '--no-track', 'develop', 'main')
    await expect((await box.open(path)).checkout({ branch: 'origin/develop' })).rejects.toEqual(
      refused('CHECKOUT_REFUSED', /Check out "develop"/),
    )
    expect(box.oid(path, 'develop')).toBe(box.oid(path, 'main'))
    expect(head(path)).toBe('refs/heads/main')
  })

  it('is found by the fetch refspec, and by the first slash where none maps it', async () => {
    const path = box.clone()
    box.run(path, 'config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/team/one/*')
    box.run(path, 'update-ref', 'refs/remotes/team/one/deep', 'origin/develop')
    box.run(path, 'update-ref', 'refs/remotes/orphan/lost', 'origin/develop')
    const repository = await box.open(path)
    expect(await repository.checkout({ branch: 'team/one/deep' })).toMatchObject({ name: 'deep' })
    expect(box.run(path, 'config', 'branch.deep.merge')).toBe('refs/heads/deep')
    expect(await repository.checkout({ branch: 'orphan/lost' })).toMatchObject({ name: 'lost' })
    expect(() => box.run(path, 'config', 'branch.lost.merge')).toThrow()
  })

  it('is not guessed when several remotes have it', async () => {
    const path = box.clone()
    box.run(path, 'update-ref', 'refs/remotes/backup/develop', 'origin/develop')
    await expect((await box.open(path)).checkout({ branch: 'develop' })).rejects.toEqual(
      refused('BRANCH_NOT_FOUND', /"backup\/develop" or "origin\/develop"/),
    )
    expect(await (await box.open(path)).checkout({ branch: 'backup/develop' })).toMatchObject({
      name: 'develop',
    })
  })

  it('is refused where no room is for the local branch', async () => {
    const path = box.clone()
    box.run(path, 'branch', 'a')
    await expect((await box.open(path)).checkout({ branch: 'origin/a/b' })).rejects.toEqual(
      refused('BRANCH_EXISTS', /beside the branch "a"/),
    )
    expect(head(path)).toBe('refs/heads/main')
  })
})

describe('a bare repository', () => {
  it('has its HEAD moved', async () => {
    const path = box.bareRepository()
    expect(await (await box.open(path)).checkout({ branch: 'develop' })).toMatchObject({
      name: 'develop',
      is_current: true,
    })
    expect(head(path)).toBe('refs/heads/develop')
    expect(existsSync(join(path, 'index'))).toBe(false)
  })

  it('gets the local branch for a remote one', async () => {
    const path = box.bareRepository()
    box.run(path, 'update-ref', 'refs/remotes/origin/far', 'main')
    await (await box.open(path)).checkout({ branch: 'origin/far' })
    expect(head(path)).toBe('refs/heads/far')
    expect(box.oid(path, 'far')).toBe(box.oid(path, 'main'))
  })

  it('keeps its HEAD when the branch is not there', async () => {
    const path = box.bareRepository()
    await expect((await box.open(path)).checkout({ branch: 'none' })).rejects.toEqual(
      refused('BRANCH_NOT_FOUND'),
    )
    expect(head(path)).toBe('refs/heads/main')
  })

  it('keeps its HEAD, and gets no branch, when HEAD is locked', async () => {
    const path = box.bareRepository()
    box.run(path, 'update-ref', 'refs/remotes/origin/far', 'main')
    box.write(join(path, 'HEAD.lock'), '')
    await expect((await box.open(path)).checkout({ branch: 'origin/far' })).rejects.toEqual(
      refused('GIT_FAILED'),
    )
    expect(head(path)).toBe('refs/heads/main')
    expect(box.run(path, 'branch', '--list', 'far')).toBe('')
  })
})

it.each(['none', 'v1', 'HEAD^', 'origin'])('%s is no branch', async (branch) => {
  const path = box.clone()
  box.run(path, 'tag', 'v1')
  await expect((await box.open(path)).checkout({ branch })).rejects.toMatchObject({
    code: branch === 'HEAD^' ? 'REF_INVALID' : 'BRANCH_NOT_FOUND',
  })
  expect(head(path)).toBe('refs/heads/main')
})

it.each(['topic', 'origin/far'])(
  'leaves the worktree whole at whatever step it is given up: %s',
  async (branch) => {
    const path = withTopic()
    box.run(path, 'update-ref', 'refs/remotes/origin/far', 'topic')
    box.run(path, 'config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*')
    const name = branch.replace('origin/', '')
    const outcomes: string[] = []
    for (let step = 1; !outcomes.includes('done after all'); step += 1) {
      const controller = new AbortController()
      let commands = 0
      let isSwitching = false
      const runner: GitRunner = {
        run(command, options) {
          commands += 1
          isSwitching = command.args[0] === 'checkout'
          const outcome = box.runner.run(command, options)
          // By now git runs: this is an abort in the middle.
          if (commands === step) controller.abort()
          return outcome
        },
      }
      const repository = await box.open(path, runner)
      const outcome = await repository.checkout({ branch }, { signal: controller.signal }).then(
        () => (isSwitching ? 'done after all' : 'done'),
        (error: { code: string }) => error.code,
      )
      outcomes.push(outcome)
      expect(head(path)).toBe(outcome === 'ABORTED' ? 'refs/heads/main' : `refs/heads/${name}`)
      expect(box.run(path, 'status', '--porcelain')).toBe('')
      expect(box.run(path, 'branch', '--list', 'far')).toBe(
        outcome !== 'ABORTED' && name === 'far' ? '* far' : '',
      )
      expect(existsSync(join(path, '.git/index.lock'))).toBe(false)
    }
    expect(outcomes.slice(0, -1)).toEqual(outcomes.slice(0, -1).map(() => 'ABORTED'))
    expect(outcomes.length).toBeGreaterThan(4)
  },
)
