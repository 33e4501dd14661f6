import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isGitferryError } from '../../../src/errors/index.ts'
import { Sandbox } from './sandbox.ts'

let box: Sandbox
let path: string

/** At `main`: a branch `topic` that changes `file`, and adds `added` and `folder/inner`. */
beforeEach(() => {
  box = new Sandbox()
  path = box.repository()
  box.run(path, 'checkout', '--quiet', '-b', 'topic')
  box.commit(path, { file: 'two\n', added: 'new\n', 'folder/inner': 'new\n' })
  box.run(path, 'checkout', '--quiet', 'main')
})
afterEach(() => {
  box[Symbol.dispose]()
})

const text = (name: string): string => readFileSync(join(path, name), 'utf8')

/** Everything in the worktree and what git thinks of it. */
const state = (): string =>
  [
    execFileSync(
      'find',
      [path, '-path', '*/.git', '-prune', '-o', '-type', 'f', '-exec', 'sha256sum', '{}', '+'],
      {
        encoding: 'utf8',
      },
    ),
    box.run(path, 'ls-files', '--stage'),
    box.run(path, 'for-each-ref'),
    readFileSync(join(path, '.git/HEAD'), 'utf8'),
  ].join('\n')

async function refusal(branch = 'topic') {
  const before = state()
  const error = await (await box.open(path)).checkout({ branch }).then(
    () => expect.unreachable('it was checked out'),
    (thrown: unknown) => thrown,
  )
  if (!isGitferryError(error, 'CHECKOUT_REFUSED')) throw error
  expect(state()).toBe(before)
  expect(existsSync(join(path, '.git/index.lock')), 'index.lock').toBe(false)
  return { message: error.message, paths: error.details.paths }
}

describe('uncommitted work is kept', () => {
  const cases: [what: string, make: () => void, paths: string[]][] = [
    ['a changed file', () => box.write(join(path, 'file'), 'mine\n'), ['file']],
    [
      'a changed and staged file',
      () => {
        box.write(join(path, 'file'), 'mine\n')
        box.run(path, 'add', 'file')
      },
      ['file'],
    ],
    [
      'a staged file that the branch has too',
      () => {
        box.write(join(path, 'added'), 'mine\n')
        box.run(path, 'add', 'added')
      },
      ['added'],
    ],
    ['an untracked file in the way', () => box.write(join(path, 'added'), 'mine\n'), ['added']],
    [
      'an ignored file in the way',
      () => {
        box.write(join(path, '.git/info/exclude'), 'added\n')
        box.write(join(path, 'added'), 'mine\n')
      },
      ['added'],
    ],
    ['an untracked file where a folder must be', () => box.write(join(path, 'folder'), 'mine\n'), ['folder']],
    [
      'several',
      () => {
        box.write(join(path, 'added'), 'mine\n')
        box.write(join(path, 'folder/inner'), 'mine\n')
      },
      ['added', 'folder/inner'],
    ],
    [
      'an untracked folder where a file must be',
      () => box.write(join(path, 'added/mine'), 'mine\n'),
      ['added'],
    ],
  ]

  it.each(cases)('%s', async (_, make, paths) => {
    make()
    const found = await refusal()
    expect(found.paths).toEqual(paths)
    for (const name of paths) expect(found.message).toContain(name)
  })

  it('a file with conflicts', async () => {
    box.commit(path, { file: 'three\n' })
    box.run(path, 'branch', 'other')
    expect(() => box.run(path, 'merge', 'topic')).toThrow()
    rmSync(join(path, '.git/MERGE_HEAD'))
    expect(await refusal('other')).toMatchObject({
      paths: ['file'],
      message: expect.stringContaining('conflicts'),
    })
    expect(text('file')).toContain('<<<<<<<')
  })
})

describe('an operation in progress is not left behind', () => {
  const conflict = (...args: string[]): void => {
    box.commit(path, { file: 'three\n' })
    expect(() => box.run(path, ...args)).toThrow()
  }

  it.each([
    ['merge', ['merge', 'topic']],
    ['rebase', ['rebase', 'topic']],
    ['cherry-pick', ['cherry-pick', 'topic']],
    ['revert', ['revert', '--no-edit', 'topic']],
  ])('%s', async (operation, args) => {
    box.run(path, 'branch', 'target')
    conflict(...args)
    expect((await refusal('target')).message).toContain(`a ${operation} is in progress`)
  })

  it('bisect', async () => {
    box.run(path, 'bisect', 'start')
    expect((await refusal()).message).toContain('a bisect is in progress')
  })
})

it('a branch that another worktree has is refused, and named', async () => {
  box.run(path, 'worktree', 'add', '--quiet', '../linked', 'topic')
  expect((await refusal()).message).toContain(join(box.root, 'linked'))
})

it('a folder that was replaced since it was registered is not touched', async () => {
  const repository = await box.open(path)
  const moved = join(box.outside, 'moved')
  renameSync(path, moved)
  symlinkSync(moved, path)
  await expect(repository.checkout({ branch: 'topic' })).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
  expect(box.run(moved, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
})

it('a linked worktree that became another repository is not touched', async () => {
  box.run(path, 'worktree', 'add', '--quiet', '../linked', '-b', 'side')
  const linked = join(box.root, 'linked')
  const repository = await box.open(linked)
  rmSync(linked, { recursive: true })
  box.repository('linked')
  await expect(repository.checkout({ branch: 'topic' })).rejects.toMatchObject({
    code: 'CHECKOUT_REFUSED',
    message: expect.stringContaining('another repository'),
  })
  expect(existsSync(join(linked, 'added'))).toBe(false)
})

it('a worktree in which another git works is left to it', async () => {
  box.write(join(path, '.git/index.lock'), '')
  const attempt = (await box.open(path)).checkout({ branch: 'topic' })
  await expect(attempt).rejects.toMatchObject({
    code: 'CHECKOUT_REFUSED',
    message: expect.stringContaining('index.lock'),
  })
  expect(existsSync(join(path, '.git/index.lock'))).toBe(true)
})

describe('a filter would have to run', () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'

  it('for a file that the branch brings: LFS', async () => {
    box.run(path, 'checkout', '--quiet', '-b', 'lfs')
    box.commit(path, { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n', 'big.bin': pointer })
    box.run(path, 'checkout', '--quiet', 'main')
    const found = await refusal('lfs')
    expect(found).toMatchObject({ paths: ['big.bin'], message: expect.stringContaining('"lfs"') })
  })

  it.each(['.gitattributes', '.git/info/attributes'])('by %s, which is not committed', async (file) => {
    box.write(join(path, file), 'added filter=crypt\n')
    expect(await refusal()).toMatchObject({ paths: ['added'], message: expect.stringContaining('"crypt"') })
  })

  it('for a file that loses its filter', async () => {
    box.commit(path, { '.gitattributes': 'file filter=crypt\n' })
    expect(await refusal()).toMatchObject({ paths: ['file'] })
  })

  it('is no reason for files that stay as they are', async () => {
    box.commit(path, { '.gitattributes': '*.bin filter=lfs\n', 'big.bin': pointer })
    box.run(path, 'checkout', '--quiet', '-b', 'next')
    box.commit(path, { file: 'three\n' })
    box.run(path, 'checkout', '--quiet', 'main')
    await (await box.open(path)).checkout({ branch: 'next' })
    expect([text('file'), text('big.bin')]).toEqual(['three\n', pointer])
  })
})

describe('what the config says, and no setting of ours can undo, is named', () => {
  it.each([
    ['include.path', '/nowhere'],
    ['includeIf.gitdir:/.path', '/nowhere'],
    ['core.worktree', '/etc'],
    ['extensions.partialClone', 'origin'],
    ['extensions.somethingNew', 'true'],
    ['remote.origin.promisor', 'true'],
    ['remote.a.b.partialCloneFilter', 'blob:none'],
    ['hook.mine.command', 'touch x'],
  ])('%s', async (key, value) => {
    box.run(path, 'config', key, value)
    expect((await refusal()).message.toLowerCase()).toContain(key.toLowerCase())
  })

  it('also in the config of a linked worktree', async () => {
    box.run(path, 'config', 'extensions.worktreeConfig', 'true')
    box.run(path, 'config', '--worktree', 'include.path', '/nowhere')
    expect((await refusal()).message).toContain('include.path')
  })

  it.each([
    ['core.worktree', '..'],
    ['core.worktree', '../../repo'],
    ['extensions.worktreeConfig', 'true'],
    ['remote.origin.promisor', 'false'],
    ['core.sparseCheckout', 'true'],
  ])('but %s = %s is fine', async (key, value) => {
    box.run(path, 'config', key, value)
    await (await box.open(path)).checkout({ branch: 'topic' })
    expect(box.run(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/topic')
  })
})

it('names ten paths at most in its message, and all of them in its details', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `many/${index + 10}`)
  box.run(path, 'checkout', '--quiet', '-b', 'many')
  box.commit(path, Object.fromEntries(names.map((name) => [name, 'new'])))
  box.run(path, 'checkout', '--quiet', 'main')
  for (const name of names) box.write(join(path, name), 'mine')
  const found = await refusal('many')
  expect(found.paths).toEqual(names)
  expect(found.message).toContain('and 20 more')
})
