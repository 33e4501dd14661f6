import { execFileSync } from 'node:child_process'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GitRunner } from '../../../src/git/command.ts'
import { defaultBranch } from '../../../src/git/local/default-branch.ts'
import { parseHead, readHead } from '../../../src/git/local/head.ts'
import { Sandbox } from './sandbox.ts'

const sha1 = 'a'.repeat(40)

describe('parseHead', () => {
  it.each([
    ['ref: refs/heads/main\n', { branch: 'main', ref: 'refs/heads/main', oid: null }],
    ['ref: refs/heads/feature/ä\n', { branch: 'feature/ä', ref: 'refs/heads/feature/ä', oid: null }],
    ['ref: refs/heads/HEAD', { branch: 'HEAD', ref: 'refs/heads/HEAD', oid: null }],
    ['ref: refs/remotes/origin/main\n', { branch: null, ref: 'refs/remotes/origin/main', oid: null }],
    [`${sha1}\n`, { branch: null, ref: null, oid: sha1 }],
    [`${'b'.repeat(64)}\n`, { branch: null, ref: null, oid: 'b'.repeat(64) }],
  ])('reads %j', (text, head) => {
    expect(parseHead(text)).toEqual(head)
  })

  it('knows the placeholder of a reftable repository', () => {
    expect(parseHead('ref: refs/heads/.invalid\n')).toBeUndefined()
  })

  it.each(['', 'ref: \n', 'ref: ../../etc/passwd\n', `${sha1}0\n`, 'main\n', `ref: refs/heads/a b\n`])(
    'refuses %j',
    (text) => {
      expect(parseHead(text)).toBeNull()
    },
  )
})

describe('readHead', () => {
  let box: Sandbox
  beforeEach(() => {
    box = new Sandbox()
  })
  afterEach(() => {
    box[Symbol.dispose]()
  })

  it('names the branch, born or not, and starts no process', async () => {
    const runner: GitRunner = { run: () => expect.unreachable('no process') }
    const born = join(box.repository(), '.git')
    expect((await readHead(born, { runner })).branch).toBe('main')
    box.run(box.root, 'init', '--quiet', '--initial-branch=later', 'empty')
    expect((await readHead(join(box.root, 'empty/.git'), { runner })).branch).toBe('later')
  })

  it('is null when detached', async () => {
    const path = box.repository()
    box.run(path, 'checkout', '--quiet', '--detach')
    expect(await readHead(join(path, '.git'), box)).toEqual({
      branch: null,
      ref: null,
      oid: box.oid(path, 'HEAD'),
    })
  })

  it('understands a link into refs, as old gits made it', async () => {
    const head = join(box.repository(), '.git/HEAD')
    rmSync(head)
    symlinkSync('refs/heads/main', head)
    expect((await readHead(join(head, '..'), box)).branch).toBe('main')
  })

  it('asks git where HEAD is a placeholder', async () => {
    const path = box.repository()
    writeFileSync(join(path, '.git/HEAD'), 'ref: refs/heads/.invalid\n')
    const asked: (readonly string[])[] = []
    const runner: GitRunner = {
      run: async (command) => {
        asked.push(command.args)
        return command.parse({ exitCode: 0, stdout: Buffer.from('refs/heads/main\n'), stderr: '' })
      },
    }
    expect((await readHead(join(path, '.git'), { runner })).branch).toBe('main')
    expect(asked).toEqual([['symbolic-ref', '--quiet', '--end-of-options', 'HEAD']])
  })

  it.each(['gone', 'garbage', 'a pipe'])('throws NOT_A_REPOSITORY when it is %s', async (what) => {
    const gitDir = join(box.repository(), '.git')
    rmSync(join(gitDir, 'HEAD'))
    if (what === 'garbage') writeFileSync(join(gitDir, 'HEAD'), 'garbage')
    if (what === 'a pipe') execFileSync('mkfifo', [join(gitDir, 'HEAD')])
    await expect(readHead(gitDir, box)).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
  })

  describe('defaultBranch', () => {
    it('is what origin says in a clone, whatever is checked out', async () => {
      const path = box.clone()
      box.run(path, 'checkout', '--quiet', 'develop')
      expect(await defaultBranch(await box.inspect(path), box)).toBe('main')
    })

    it('is the branch of HEAD in a bare repository and without origin', async () => {
      expect(await defaultBranch(await box.inspect(box.bareRepository()), box)).toBe('main')
      expect(await defaultBranch(await box.inspect(box.repository('alone')), box)).toBe('main')
    })

    it('is null when HEAD is detached and there is no origin', async () => {
      const path = box.repository()
      box.run(path, 'checkout', '--quiet', '--detach')
      expect(await defaultBranch(await box.inspect(path), box)).toBeNull()
    })
  })
})
