import { appendFileSync, cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lsRemote } from '../../src/git/commands/ls-remote.ts'
import { openLocal } from '../../src/git/open-local.ts'
import { fileUrl } from '../../src/git/remote-url.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { runnerIn } from './fake-git.ts'

let sandbox: GitSandbox
let root: string
/** A bare repository outside the root, with a branch that no other has. */
let outside: string
beforeEach(() => {
  sandbox = createGitSandbox()
  root = sandbox.path('root')
  mkdirSync(root)
  outside = sandbox.bare('outside')
  sandbox.history(outside, { commits: 1, branch: 'secret' })
  sandbox.run(outside, 'update-ref', 'refs/heads/main', 'refs/heads/secret')
})
afterEach(() => sandbox.dispose())

const bare = (name: string): string => sandbox.bare(`root/${name}`)
const clone = (name: string): string => {
  const path = sandbox.repository(`root/${name}`)
  sandbox.commit(path)
  return path
}
const open = (path: string, roots: readonly string[] | null = [root]) => openLocal(path, roots)
const branchesAt = async (path: string): Promise<string[]> => {
  const listed = lsRemote({ url: fileUrl(path), protocol: 'file', heads: true })
  return [...(await runnerIn(sandbox.dir).run(listed)).keys()]
}

describe('openLocal answers the directory that git is to be given', () => {
  it('of a bare repository', async () => {
    const path = bare('x')
    expect(await open(path)).toEqual({ git_dir: path, common_dir: path })
  })

  it.each(['', '.git'])('of a worktree, by its top or its .git: %j', async (below) => {
    const path = clone('x')
    expect(await open(join(path, below))).toEqual({
      git_dir: join(path, '.git'),
      common_dir: join(path, '.git'),
    })
  })

  it('of a linked worktree', async () => {
    const path = clone('x')
    const linked = join(root, 'linked')
    sandbox.run(path, 'worktree', 'add', '--quiet', linked)
    expect(await open(linked)).toEqual({
      git_dir: join(path, '.git/worktrees/linked'),
      common_dir: join(path, '.git'),
    })
  })

  it('with links resolved, the root’s own too', async () => {
    const path = bare('x')
    symlinkSync(root, sandbox.path('link-to-root'))
    symlinkSync(path, join(root, 'link.git'))
    const common_dir = path
    expect(await open(join(root, 'link.git'))).toMatchObject({ common_dir })
    expect(await open(sandbox.path('link-to-root/x.git'))).toMatchObject({ common_dir })
    expect(await open(path, [sandbox.path('link-to-root')])).toMatchObject({ common_dir })
  })

  it('outside of any root, where the application is trusted with every path', async () => {
    mkdirSync(join(root, 'gf'))
    writeFileSync(join(root, 'gf/.git'), `gitdir: ${outside}\n`)
    expect(await open(join(root, 'gf'), null)).toEqual({ git_dir: outside, common_dir: outside })
  })
})

describe('openLocal refuses', () => {
  /** Each makes something under the root by which git itself, sent there, lists or reads what is outside. */
  const ways: Record<string, { readonly make: () => string; readonly code?: string }> = {
    'a link': {
      make: () => {
        symlinkSync(outside, join(root, 'link'))
        return join(root, 'link')
      },
      code: 'PATH_OUTSIDE_ROOTS',
    },
    'a .git file': {
      make: () => {
        mkdirSync(join(root, 'gf'))
        writeFileSync(join(root, 'gf/.git'), `gitdir: ${outside}\n`)
        return join(root, 'gf')
      },
      code: 'PATH_OUTSIDE_ROOTS',
    },
    'a .git file with a carriage return': {
      make: () => {
        mkdirSync(join(root, 'gf'))
        writeFileSync(join(root, 'gf/.git'), `gitdir: ../../outside.git\r\n`)
        return join(root, 'gf')
      },
      code: 'PATH_OUTSIDE_ROOTS',
    },
    'a link as .git': {
      make: () => {
        mkdirSync(join(root, 'gl'))
        symlinkSync(outside, join(root, 'gl/.git'))
        return join(root, 'gl')
      },
      code: 'PATH_OUTSIDE_ROOTS',
    },
    'the commondir of a worktree': {
      make: () => {
        const path = clone('x')
        writeFileSync(join(path, '.git/commondir'), `${outside}\n`)
        return path
      },
      code: 'PATH_OUTSIDE_ROOTS',
    },
    'the commondir of a bare repository': {
      make: () => {
        const path = bare('x')
        writeFileSync(join(path, 'commondir'), '../../outside.git\r\n')
        return path
      },
      code: 'PATH_OUTSIDE_ROOTS',
    },
    'a .git file inside the git directory': {
      make: () => {
        const path = join(clone('x'), '.git')
        writeFileSync(join(path, '.git'), `gitdir: ${outside}\n`)
        return path
      },
    },
    'a broken HEAD, with a .git file beside the repository': {
      make: () => {
        const path = join(root, 'x')
        renameSync(bare('x'), path)
        writeFileSync(join(path, 'HEAD'), 'broken\n')
        writeFileSync(`${path}.git`, `gitdir: ${outside}\n`)
        return path
      },
    },
    'refs that lead out': {
      make: () => {
        const path = bare('x')
        rmSync(join(path, 'refs'), { recursive: true })
        symlinkSync(join(outside, 'refs'), join(path, 'refs'))
        rmSync(join(path, 'objects'), { recursive: true })
        cpSync(join(outside, 'objects'), join(path, 'objects'), { recursive: true })
        return path
      },
    },
    'packed-refs that lead out': {
      make: () => {
        const path = bare('x')
        sandbox.run(outside, 'pack-refs', '--all')
        symlinkSync(join(outside, 'packed-refs'), join(path, 'packed-refs'))
        rmSync(join(path, 'objects'), { recursive: true })
        cpSync(join(outside, 'objects'), join(path, 'objects'), { recursive: true })
        return path
      },
    },
    'objects that lead out': { make: () => linkedObjects('') },
    'packs that lead out': {
      make: () => {
        sandbox.run(outside, 'repack', '-a', '-d', '-q')
        return linkedObjects('pack')
      },
    },
    'loose objects that lead out': { make: () => linkedObjects(secret().slice(0, 2)) },
    'alternates that lead out': { make: () => borrowing(`${outside}/objects`) },
    'alternates in quotes': { make: () => borrowing(`"${outside}/objects"`) },
    'alternates behind more than is read': {
      make: () => borrowing(`${'# a comment\n'.repeat(6_000)}${outside}/objects`),
    },
  }

  const secret = (): string => sandbox.tip(outside, 'refs/heads/secret')

  /** A repository with the secret branch, and a link in the place of a folder of its objects. */
  function linkedObjects(folder: string): string {
    const path = bare('x')
    rmSync(join(path, 'objects', folder), { recursive: true, force: true })
    symlinkSync(join(outside, 'objects', folder), join(path, 'objects', folder))
    writeFileSync(join(path, 'refs/heads/secret'), `${secret()}\n`)
    return path
  }

  function borrowing(line: string): string {
    const path = bare('x')
    appendFileSync(join(path, 'objects/info/alternates'), `${line}\n`)
    writeFileSync(join(path, 'refs/heads/secret'), `${secret()}\n`)
    return path
  }

  describe.each(Object.entries(ways))('%s', (_, { make, code = 'NOT_A_REPOSITORY' }) => {
    it('which git would follow', async () => {
      expect(await branchesAt(make())).toContain('refs/heads/secret')
    })

    it('with its reason', async () => {
      await expect(open(make())).rejects.toMatchObject({ code })
    })
  })

  it('a commondir behind a commondir', async () => {
    const first = clone('first')
    const second = bare('second')
    writeFileSync(join(first, '.git/commondir'), `${second}\n`)
    expect(await open(first)).toMatchObject({ common_dir: second })
    writeFileSync(join(second, 'commondir'), `${outside}\n`)
    await expect(open(first)).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
    expect(await branchesAt(second)).toContain('refs/heads/secret')
  })

  it.each(['gitdir: root\0/../../outside.git\n', 'gitdir: \n', 'gitdir: a\nb\n'])(
    'a .git file that git reads otherwise: %j',
    async (text) => {
      mkdirSync(join(root, 'gf'))
      writeFileSync(join(root, 'gf/.git'), text)
      await expect(open(join(root, 'gf'))).rejects.toMatchObject({ code: 'GIT_REMOTE_NOT_FOUND' })
    },
  )

  it('what lies outside, there or not, alike', async () => {
    symlinkSync(sandbox.path('nowhere'), join(root, 'to-nowhere'))
    for (const path of [outside, sandbox.path('nowhere'), sandbox.path('rooted'), join(root, 'to-nowhere')]) {
      await expect(open(path), path).rejects.toMatchObject({ code: 'PATH_OUTSIDE_ROOTS' })
    }
  })

  it('what is not there, and what is no repository', async () => {
    mkdirSync(join(root, 'plain'))
    for (const name of ['none', 'plain']) {
      await expect(open(join(root, name))).rejects.toMatchObject({ code: 'GIT_REMOTE_NOT_FOUND' })
    }
  })

  it('what was allowed before, for it looks anew', async () => {
    const path = bare('x')
    await open(path)
    rmSync(path, { recursive: true })
    symlinkSync(outside, path)
    await expect(open(path)).rejects.toMatchObject({ code: 'PATH_OUTSIDE_ROOTS' })
  })
})

it('what cannot be followed is refused with the reason, not as an internal error', async () => {
  const path = bare('loop')
  symlinkSync('commondir', join(path, 'commondir'))
  await expect(open(path)).rejects.toMatchObject({
    code: expect.stringMatching(/^(?:NOT_A_REPOSITORY|GIT_REMOTE_NOT_FOUND)$/),
  })
})
