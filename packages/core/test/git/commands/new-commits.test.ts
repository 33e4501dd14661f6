import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mergeBase } from '../../../src/git/commands/merge-base.ts'
import { newCommits } from '../../../src/git/commands/new-commits.ts'
import type { ProcessGitRunner } from '../../../src/git/process-runner.ts'
import { createGitSandbox, type GitSandbox } from '../../../src/testing/git-sandbox.ts'
import { runnerIn } from '../fake-git.ts'

const absent = '1'.repeat(40)
const notOids = ['main', '', '--all', `^${absent}`, `${absent}\n--all`]

describe.each(['sha1', 'sha256'] as const)('in a repository of %s', (objectFormat) => {
  let sandbox: GitSandbox
  let runner: ProcessGitRunner
  let gitDir: string
  let first: string
  let second: string
  let other: string
  beforeEach(() => {
    sandbox = createGitSandbox()
    runner = runnerIn(sandbox.dir)
    gitDir = sandbox.bare('repo', { objectFormat })
    first = sandbox.history(gitDir, { commits: 1 })
    second = sandbox.history(gitDir, { commits: 2 })
    other = sandbox.history(gitDir, { commits: 2, branch: 'other' })
  })
  afterEach(() => sandbox.dispose())

  describe('newCommits', () => {
    const list = (tips: string[], known: string[]) => runner.run(newCommits({ tips, known }), { gitDir })

    it('lists what the tips reach and the known ones do not, with the parents', async () => {
      const middle = sandbox.tip(gitDir, `${second}^`)
      expect(await list([second], [first])).toEqual(
        new Map([
          [second, [middle]],
          [middle, [first]],
        ]),
      )
    })

    it('lists a root without parents', async () => {
      const root = sandbox.tip(gitDir, `${other}^`)
      expect((await list([other], [first])).get(root)).toEqual([])
    })

    it('lists nothing where nothing is new', async () => {
      expect(await list([first], [second])).toEqual(new Map())
      expect(await list([], [second])).toEqual(new Map())
    })

    it('lists what many tips reach together, once', async () => {
      const merge = sandbox.run(
        gitDir,
        'commit-tree',
        '-m',
        'x',
        '-p',
        second,
        '-p',
        other,
        `${second}^{tree}`,
      )
      const found = await list([merge, second, other, merge], [first])
      expect([...found.keys()]).toHaveLength(5)
      expect(found.get(merge)).toEqual([second, other])
    })

    it('fails for a commit that is not here', async () => {
      const missing = '1'.repeat(first.length)
      await expect(list([missing], [first])).rejects.toMatchObject({ code: 'GIT_FAILED' })
      await expect(list([second], [missing])).rejects.toMatchObject({ code: 'GIT_FAILED' })
    })
  })

  describe('mergeBase', () => {
    const base = (one: string, another: string) => runner.run(mergeBase(one, another), { gitDir })

    it('is the last commit in common', async () => {
      expect(await base(second, first)).toBe(first)
      const aside = sandbox.run(gitDir, 'commit-tree', '-m', 'aside', '-p', first, `${first}^{tree}`)
      expect(await base(second, aside)).toBe(first)
    })

    it('is none of two histories that were begun apart', async () => {
      expect(await base(second, other)).toBeNull()
    })

    it('takes an annotated tag for the commit that it tags', async () => {
      sandbox.run(gitDir, 'tag', '-a', '-m', 'x', 'v1', second)
      expect(await base(sandbox.tip(gitDir, 'refs/tags/v1'), first)).toBe(first)
    })

    it('fails for a commit that is not here', async () => {
      await expect(base(second, '1'.repeat(first.length))).rejects.toMatchObject({ code: 'GIT_FAILED' })
    })
  })
})

describe('the commands of ancestry', () => {
  const refused = expect.objectContaining({ code: 'INVALID_INPUT' })

  it.each(notOids)('take full oids only: %j', (text) => {
    expect(() => newCommits({ tips: [text], known: [] })).toThrow(refused)
    expect(() => newCommits({ tips: [], known: [text] })).toThrow(refused)
    expect(() => mergeBase(text, absent)).toThrow(refused)
    expect(() => mergeBase(absent, text)).toThrow(refused)
  })
})
