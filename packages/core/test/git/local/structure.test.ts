import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkBranchPath, checkStructure } from '../../../src/git/local/structure.ts'
import { Sandbox } from './sandbox.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => {
  box[Symbol.dispose]()
})

describe('checkStructure, of a repository that was accepted before', () => {
  const changes: Record<string, { change: (gitDir: string) => void; words: RegExp }> = {
    'its .git is a file now': {
      change: (gitDir) => {
        rmSync(gitDir, { recursive: true })
        box.write(gitDir, 'gitdir: ../other/.git\n')
      },
      words: /has no HEAD/,
    },
    'its .git is a link now': {
      change: (gitDir) => {
        renameSync(gitDir, `${gitDir}-moved`)
        symlinkSync(`${gitDir}-moved`, gitDir)
      },
      words: /symbolic link that was put there since/,
    },
    'it has a commondir now': {
      change: (gitDir) => box.write(join(gitDir, 'commondir'), '../../other/.git\n'),
      words: /names another directory than it did/,
    },
    'its objects lead out now': {
      change: (gitDir) => {
        renameSync(join(gitDir, 'objects'), join(box.outside, 'objects'))
        symlinkSync(join(box.outside, 'objects'), join(gitDir, 'objects'))
      },
      words: /leads out/,
    },
  }

  it.each(Object.entries(changes))('%s: refused', async (_, { change, words }) => {
    box.repository('other')
    const repo = await box.inspect(box.repository())
    await checkStructure(repo, [box.root])
    change(repo.git_dir)
    await expect(checkStructure(repo, [box.root])).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
      message: expect.stringMatching(words),
    })
  })

  it('its roots were narrowed: refused', async () => {
    const repo = await box.inspect(box.repository())
    await expect(checkStructure(repo, [join(box.root, 'other')])).rejects.toMatchObject({
      code: 'PATH_OUTSIDE_ROOTS',
    })
  })

  it('a linked worktree belongs to another repository now: refused', async () => {
    const main = box.repository('main')
    const other = box.repository('other')
    const path = join(box.root, 'linked')
    box.run(main, 'worktree', 'add', '--quiet', path)
    const repo = await box.inspect(path)
    await checkStructure(repo, [box.root])
    box.write(join(repo.git_dir, 'commondir'), `${other}/.git\n`)
    await expect(checkStructure(repo, [box.root])).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
  })

  it('links may lead anywhere where every path is trusted', async () => {
    const repo = await box.inspect(box.repository())
    changes['its objects lead out now']?.change(repo.git_dir)
    await checkStructure(repo, null)
  })

  it('nothing else than before: as it was, packed and collected too', async () => {
    const path = box.clone()
    const repo = await box.inspect(path)
    box.run(path, 'gc', '--quiet')
    box.run(path, 'multi-pack-index', 'write')
    box.run(path, 'commit-graph', 'write', '--reachable')
    await checkStructure(repo, [box.root])
  })
})

it.each(['refs/heads/team', 'logs/refs/heads/team'])('checkBranchPath refuses a link at %s', async (name) => {
  const { common_dir } = await box.inspect(box.repository())
  await checkBranchPath(common_dir, 'team/x')
  mkdirSync(join(common_dir, name, '..'), { recursive: true })
  symlinkSync(box.outside, join(common_dir, name))
  await expect(checkBranchPath(common_dir, 'team/x')).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
})
