import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isGitferryError } from '../../../src/errors/index.ts'
import { Sandbox } from './sandbox.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => {
  box[Symbol.dispose]()
})

const fifo = (path: string): void => {
  rmSync(path, { force: true })
  execFileSync('mkfifo', [path])
}

async function refusal(path: string, options = {}): Promise<{ code: string; message: string }> {
  const error = await box.inspect(path, options).then(
    (found) => expect.unreachable(`accepted ${JSON.stringify(found)}`),
    (thrown: unknown) => thrown,
  )
  if (!isGitferryError(error)) throw error
  expect(error.details.field).toBe('path')
  return { code: error.code, message: error.message }
}

describe('what may be registered', () => {
  it('is the top of a worktree', async () => {
    const path = box.repository()
    expect(await box.inspect(path)).toEqual({
      path,
      git_dir: join(path, '.git'),
      common_dir: join(path, '.git'),
      is_bare: false,
      object_format: 'sha1',
      work_tree: path,
    })
  })

  it('is a bare repository', async () => {
    const path = box.bareRepository()
    expect(await box.inspect(path)).toEqual({
      path,
      git_dir: path,
      common_dir: path,
      is_bare: true,
      object_format: 'sha1',
      work_tree: null,
    })
  })

  it('is a repository without a commit', async () => {
    box.run(box.root, 'init', '--quiet', 'empty')
    expect(await box.inspect(join(box.root, 'empty'))).toMatchObject({ is_bare: false })
  })

  it('is a SHA-256 repository', async () => {
    const path = box.repository('sha256', '--object-format=sha256')
    expect(await box.inspect(path)).toMatchObject({ object_format: 'sha256' })
  })

  it('is a linked worktree, whose refs are those of the main one', async () => {
    const path = box.repository()
    box.run(path, 'worktree', 'add', '--quiet', '../linked', '-b', 'side')
    expect(await box.inspect(join(box.root, 'linked'))).toMatchObject({
      path: join(box.root, 'linked'),
      git_dir: join(path, '.git/worktrees/linked'),
      common_dir: join(path, '.git'),
      is_bare: false,
      work_tree: join(box.root, 'linked'),
    })
  })

  it('is a submodule, by the git directory that its .git file names', async () => {
    const inner = box.repository('inner')
    const outer = box.repository('outer')
    box.run(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub')
    expect(await box.inspect(join(outer, 'sub'))).toMatchObject({ git_dir: join(outer, '.git/modules/sub') })
  })

  it('is named by its real path', async () => {
    const path = box.repository()
    symlinkSync(path, join(box.root, 'link'))
    expect(await box.inspect(`${box.root}/./link/../repo/`)).toMatchObject({ path })
    expect(await box.inspect(join(box.root, 'link'))).toMatchObject({ path, git_dir: join(path, '.git') })
  })

  it('may lie anywhere when no roots are set', async () => {
    renameSync(box.repository(), join(box.outside, 'repo'))
    expect(await box.inspect(join(box.outside, 'repo'), { repoRoots: null })).toMatchObject({
      is_bare: false,
    })
  })

  it('may lie under a root that is itself a link', async () => {
    const path = box.repository()
    symlinkSync(box.root, join(box.folder, 'root-link'))
    const repoRoots = [join(box.folder, 'root-link')]
    expect(await box.inspect(path, { repoRoots })).toMatchObject({ path })
  })

  it.each([
    ['core.hooksPath', '/tmp/hooks'],
    ['core.fsmonitor', 'touch MARKER'],
    ['core.sshCommand', 'touch MARKER'],
    ['core.worktree', '/etc'],
    ['core.alternateRefsCommand', 'touch MARKER'],
    ['include.path', '/nowhere'],
    ['url.https://evil.example/.insteadOf', 'https://'],
    ['remote.origin.vcs', 'ext'],
    ['remote.origin.promisor', 'true'],
    ['http.proxy', 'http://127.0.0.1:1'],
    ['filter.x.smudge', 'touch MARKER'],
    ['credential.helper', '!touch MARKER'],
    ['alias.rev-parse', '!touch MARKER'],
  ])('may have %s in its config, which is not run', async (key, value) => {
    const path = box.repository()
    box.run(path, 'config', key, value.replace('MARKER', box.marker))
    expect(await box.inspect(path)).toMatchObject({ is_bare: false })
    expect(box.hasMarker).toBe(false)
  })
})

describe('PATH_INVALID', () => {
  it.each([
    ['', 'empty'],
    ['repo', 'not absolute'],
    ['-C', 'not absolute'],
    ['/re\npo', 'control characters'],
    ['/re\u0000po', 'control characters'],
    [`/${'a/'.repeat(2100)}`, 'more than 4096'],
  ])('for %j', async (path, words) => {
    const { code, message } = await refusal(path)
    expect(code).toBe('PATH_INVALID')
    expect(message).toContain(words)
  })

  it('without repeating what may be a URL with a password', async () => {
    const { message } = await refusal('https://me:canary@git.example.com/x.git')
    expect(message).toContain('not absolute')
    expect(message).not.toContain('canary')
  })

  it('when nothing is there', async () => {
    expect(await refusal(join(box.root, 'none'))).toMatchObject({
      code: 'PATH_INVALID',
      message: expect.stringContaining('does not exist'),
    })
  })

  it('when it is a file, or goes through one', async () => {
    const file = box.write(join(box.root, 'file'), '')
    expect(await refusal(file)).toMatchObject({
      code: 'PATH_INVALID',
      message: expect.stringContaining('is a file'),
    })
    expect(await refusal(join(file, 'x'))).toMatchObject({ code: 'PATH_INVALID' })
  })

  it('when its links lead in a circle', async () => {
    symlinkSync('circle', join(box.root, 'circle'))
    expect(await refusal(join(box.root, 'circle'))).toMatchObject({ code: 'PATH_INVALID' })
  })
})

describe('PATH_OUTSIDE_ROOTS', () => {
  it.each(['/', '/etc', 'ROOT/../x', 'ROOT/repo/../../x', 'ROOT-sibling', '/nowhere/at/all'])(
    'for %s, and it names --repo-root',
    async (path) => {
      expect(await refusal(path.replace('ROOT', box.root))).toMatchObject({
        code: 'PATH_OUTSIDE_ROOTS',
        message: expect.stringContaining('--repo-root'),
      })
    },
  )

  it('says the same whether or not something is there', async () => {
    renameSync(box.repository(), join(box.outside, 'there'))
    symlinkSync(box.outside, join(box.root, 'link'))
    symlinkSync(join(box.outside, 'there'), join(box.root, 'to-there'))
    symlinkSync(join(box.outside, 'gone'), join(box.root, 'to-gone'))
    const [there, gone] = [
      await refusal(join(box.outside, 'there')),
      await refusal(join(box.outside, 'gone')),
    ]
    expect(there.message.replace('there', 'X')).toBe(gone.message.replace('gone', 'X'))
    expect(there.code).toBe('PATH_OUTSIDE_ROOTS')
    for (const name of ['link/there', 'link/gone', 'to-there', 'to-gone', 'to-gone/below']) {
      expect(await refusal(join(box.root, name)), name).toMatchObject({ code: 'PATH_OUTSIDE_ROOTS' })
    }
  })

  it('when the commondir of a bare repository leads out', async () => {
    const path = box.bareRepository()
    box.write(join(path, 'commondir'), '../../outside\r\n')
    expect(await refusal(path)).toMatchObject({ code: 'PATH_OUTSIDE_ROOTS' })
  })

  it.each(['gitdir', 'commondir', '.git link'])('when its %s leads out', async (way) => {
    const stranger = box.repository('stranger')
    renameSync(stranger, join(box.outside, 'stranger'))
    const gitDir = join(box.outside, 'stranger/.git')
    const path = join(box.root, 'repo')
    mkdirSync(path)
    if (way === 'gitdir') box.write(join(path, '.git'), `gitdir: ${gitDir}\n`)
    else if (way === '.git link') symlinkSync(gitDir, join(path, '.git'))
    else {
      box.write(join(path, '.git/HEAD'), 'ref: refs/heads/main\n')
      box.write(join(path, '.git/commondir'), '../../../outside/stranger/.git\n')
    }
    expect(await refusal(path)).toMatchObject({ code: 'PATH_OUTSIDE_ROOTS' })
  })
})

describe('NOT_A_REPOSITORY', () => {
  const cases: [what: string, change: (path: string) => void, words: RegExp, below?: string][] = [
    ['a plain folder', (path) => rmSync(join(path, '.git'), { recursive: true }), /without a git/],
    ['a folder inside', (path) => mkdirSync(join(path, 'sub')), /Register .*\/repo instead/, 'sub'],
    ['the .git folder', () => {}, /Register .*\/repo instead/, '.git'],
    ['a folder of .git', () => {}, /Register .*\/repo instead/, '.git/hooks'],
    ['a .git without HEAD', (path) => rmSync(join(path, '.git/HEAD')), /has no HEAD/],
    ['a pipe as HEAD', (path) => fifo(join(path, '.git/HEAD')), /named pipe/],
    ['a pipe as config', (path) => fifo(join(path, '.git/config')), /named pipe/],
    ['a pipe as packed-refs', (path) => fifo(join(path, '.git/packed-refs')), /named pipe/],
    [
      'a .git that is a pipe',
      (path) => {
        rmSync(join(path, '.git'), { recursive: true })
        fifo(join(path, '.git'))
      },
      /neither a directory nor a file/,
    ],
    [
      'a .git file of something else',
      (path) => {
        rmSync(join(path, '.git'), { recursive: true })
        writeFileSync(join(path, '.git'), 'hello\n')
      },
      /names no git directory/,
    ],
    [
      'a worktree whose main repository is gone',
      (path) => {
        rmSync(join(path, '.git'), { recursive: true })
        writeFileSync(join(path, '.git'), `gitdir: ${path}-gone/.git/worktrees/x\n`)
      },
      /moved or deleted/,
    ],
    [
      'a repository of the future',
      (path) => {
        box.run(path, 'config', 'core.repositoryFormatVersion', '99')
      },
      /git cannot open/,
    ],
    [
      'a HEAD that leads out',
      (path) => {
        rmSync(join(path, '.git/HEAD'))
        symlinkSync('/etc/hostname', join(path, '.git/HEAD'))
      },
      /symbolic link/,
    ],
    [
      'a HEAD that leads out by way of refs',
      (path) => {
        rmSync(join(path, '.git/HEAD'))
        symlinkSync('refs/../../../../outside', join(path, '.git/HEAD'))
      },
      /symbolic link/,
    ],
    ['a HEAD that names nothing', (path) => writeFileSync(join(path, '.git/HEAD'), 'x\n'), /neither a ref/],
    ['a pipe as alternates', (path) => fifo(join(path, '.git/objects/info/alternates')), /named pipe/],
    ['a .git in .git', (path) => box.write(join(path, '.git/.git'), 'gitdir: x\n'), /of its own/],
    ['an empty commondir', (path) => box.write(join(path, '.git/commondir'), '\n'), /names no git/],
    ['a commondir with a NUL', (path) => box.write(join(path, '.git/commondir'), '.\0/x\n'), /names no git/],
    ...['refs', 'objects', 'objects/pack', 'refs/heads', 'refs/tags', 'logs', 'logs/refs/heads'].map(
      (name): (typeof cases)[number] => [
        `${name} that leads out`,
        (path) => {
          mkdirSync(join(path, '.git', name), { recursive: true })
          renameSync(join(path, '.git', name), join(box.outside, 'moved'))
          symlinkSync(join(box.outside, 'moved'), join(path, '.git', name))
        },
        /leads out of the repository roots/,
      ],
    ),
    [
      'alternates that lead out',
      (path) => {
        box.write(join(path, '.git/objects/info/alternates'), `${box.outside}\n`)
      },
      /borrows objects/,
    ],
    [
      'alternates that lead out by way of another repository',
      (path) => {
        const middle = box.repository('middle')
        box.write(join(path, '.git/objects/info/alternates'), `${middle}/.git/objects\n`)
        box.write(join(middle, '.git/objects/info/alternates'), `${box.outside}\n`)
      },
      /borrows objects/,
    ],
  ]

  it.each(cases)('for %s', async (_, change, words, below = '') => {
    const path = box.repository()
    change(path)
    const { code, message } = await refusal(join(path, below))
    expect(code).toBe('NOT_A_REPOSITORY')
    expect(message).toMatch(words)
  })

  it('for the git directory of a submodule', async () => {
    const inner = box.repository('inner')
    const outer = box.repository('outer')
    box.run(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub')
    expect(await refusal(join(outer, '.git/modules/sub'))).toMatchObject({ code: 'NOT_A_REPOSITORY' })
  })

  it('is not said of a repository whose directories are linked within the roots', async () => {
    const path = box.repository()
    renameSync(join(path, '.git/refs'), join(box.root, 'refs'))
    symlinkSync(join(box.root, 'refs'), join(path, '.git/refs'))
    expect(await box.inspect(path)).toMatchObject({ path })
  })
})

describe('PATH_NOT_OWNED (only root can give a folder to somebody else)', () => {
  beforeEach(({ skip }) => skip(process.getuid?.() !== 0, 'only root can give a folder to somebody else'))

  const stranger = 54_321

  it.each(['.', '.git'])('when %s belongs to another user, and it names --trust-owner', async (what) => {
    const path = box.repository()
    chownSync(join(path, what), stranger, stranger)
    expect(await refusal(path)).toMatchObject({
      code: 'PATH_NOT_OWNED',
      message: expect.stringContaining(`--trust-owner ${stranger}`),
    })
    expect(await box.inspect(path, { trustedOwners: [stranger] })).toMatchObject({ path })
  })
})

it('changes nothing in the repository', async () => {
  const path = box.repository()
  const listing = () => execFileSync('find', [path, '-printf', '%p %T@ %s\n'], { encoding: 'utf8' })
  const before = listing()
  await box.inspect(path)
  expect(listing()).toBe(before)
  expect(readFileSync(join(path, '.git/HEAD'), 'utf8')).toBe('ref: refs/heads/main\n')
})
