import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GitCommand, GitRunner, GitRunOptions } from '../../src/git/command.ts'
import type { ProcessGitRunner } from '../../src/git/process-runner.ts'
import { relateRefs } from '../../src/services/relate-refs.ts'
import type { DifferingPair } from '../../src/sync/pair-refs.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { runnerIn } from '../git/fake-git.ts'
import { repetitions } from '../repetitions.ts'

let sandbox: GitSandbox
let runner: ProcessGitRunner
let gitDir: string
beforeAll(() => {
  sandbox = createGitSandbox()
  runner = runnerIn(sandbox.dir)
  gitDir = sandbox.bare('repo')
})
afterAll(() => sandbox.dispose())

const pair = (source_oid: string, target_oid: string, number = 0): DifferingPair => ({
  source_ref: `refs/heads/${number}`,
  target_ref: `refs/heads/${number}`,
  source_oid,
  target_oid,
})

interface Commit {
  /** Numbers of commits before it. */
  readonly parents: readonly number[]
  /** Seconds; clocks differ, so a child may be older than its parent. */
  readonly at: number
}

/** Makes commits, each named by its number in the message; answers their oids. */
function makeCommits(commits: readonly Commit[]): string[] {
  const marks = sandbox.path('marks')
  const lines = commits.flatMap(({ parents: [from, ...merged], at }, number) => [
    'reset refs/heads/made',
    'commit refs/heads/made',
    `mark :${number + 1}`,
    `committer Sandbox <sandbox@example.com> ${1_700_000_000 + at} +0000`,
    `data <<end\n${number}\nend`,
    ...(from === undefined ? [] : [`from :${from + 1}`]),
    ...merged.map((parent) => `merge :${parent + 1}`),
  ])
  execFileSync('git', ['fast-import', '--quiet', '--force', `--export-marks=${marks}`], {
    cwd: gitDir,
    input: `${lines.join('\n')}\n`,
  })
  const found = readFileSync(marks, 'utf8').trim().split('\n')
  const byMark = new Map(found.map((line) => line.split(' ') as [string, string]))
  return commits.map((_, number) => byMark.get(`:${number + 1}`)!)
}

/** What a commit reaches, itself among it. */
function reach(commits: readonly Commit[], from: number, found = new Set<number>()): Set<number> {
  found.add(from)
  for (const parent of commits[from]!.parents) if (!found.has(parent)) reach(commits, parent, found)
  return found
}

/** Notes the verbs that are run, and how many run at once. */
class WatchingRunner implements GitRunner {
  readonly verbs: string[] = []
  most = 0
  #running = 0

  async run<Result>(command: GitCommand<Result>, options?: GitRunOptions): Promise<Result> {
    this.verbs.push(command.args.includes('--left-right') ? 'compare' : command.args[0]!)
    this.#running += 1
    this.most = Math.max(this.most, this.#running)
    try {
      return await runner.run(command, options)
    } finally {
      this.#running -= 1
    }
  }
}

const relate = async (pairs: readonly DifferingPair[], by: GitRunner = runner) => {
  const { relations, missing } = await relateRefs({ runner: by, gitDir, pairs })
  return { relations: Object.fromEntries(relations), missing }
}

const graphs = fc
  .array(fc.record({ parents: fc.array(fc.nat(), { maxLength: 3 }), at: fc.nat(100_000) }), {
    minLength: 2,
    maxLength: 14,
  })
  .map((commits) =>
    commits.map(({ parents, at }, number) => ({
      at,
      // mostly near ones, so that there are long lines
      parents:
        number === 0
          ? []
          : [...new Set(parents.map((parent) => number - 1 - (parent % Math.min(number, 4))))],
    })),
  )

describe('how the commits of many pairs lie to each other', () => {
  it('is what git says of each pair alone', async () => {
    const seen = { forward: 0, unrelated: 0 }
    const cases = repetitions(40)
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 6 }),
        async (commits, picked) => {
          const oids = makeCommits(commits)
          const pairs = picked
            .map(([one, other]) => [one % oids.length, other % oids.length] as const)
            .filter(([source, target]) => oids[source] !== oids[target])
            .map(([source, target], number) => pair(oids[source]!, oids[target]!, number))
          const { relations, missing } = await relate(pairs)
          expect(missing).toEqual([])
          expect(Object.keys(relations)).toHaveLength(pairs.length)
          for (const { source_oid, target_oid, target_ref } of pairs) {
            const counts = sandbox.run(
              gitDir,
              'rev-list',
              '--left-right',
              '--count',
              `${source_oid}...${target_oid}`,
            )
            const [ahead, behind] = counts.split('\t').map(Number)
            const there = reach(commits, oids.indexOf(target_oid))
            const related = [...reach(commits, oids.indexOf(source_oid))].some((at) => there.has(at))
            expect(relations[target_ref]).toEqual({ ahead, behind, related })
            if (behind === 0) seen.forward += 1
            if (!related) seen.unrelated += 1
          }
        },
      ),
      { numRuns: cases },
    )
    // chance brings up six times as many on average
    expect(seen.forward).toBeGreaterThan(cases / 10)
    expect(seen.unrelated).toBeGreaterThan(cases / 10)
  }, 120_000)

  it('takes two processes for a hundred fast-forwards', async () => {
    // one commit, and on it a hundred lines of three
    const commits = Array.from({ length: 301 }, (_, number) => ({
      at: number,
      parents: number === 0 ? [] : [number <= 100 ? 0 : number - 100],
    }))
    const oids = makeCommits(commits)
    const pairs = Array.from({ length: 100 }, (_, at) => pair(oids[201 + at]!, oids[1 + at]!, at))
    const watching = new WatchingRunner()
    const { relations } = await relate(pairs, watching)
    expect(watching.verbs).toEqual(['cat-file', 'rev-list'])
    expect(new Set(Object.values(relations).map((relation) => JSON.stringify(relation)))).toEqual(
      new Set(['{"ahead":2,"behind":0,"related":true}']),
    )
  })

  it('compares the rest one by one, four at a time', async () => {
    const commits = Array.from({ length: 21 }, (_, number) => ({
      at: number,
      parents: number === 0 ? [] : [0],
    }))
    const [, ...oids] = makeCommits(commits)
    const pairs = Array.from({ length: 10 }, (_, at) => pair(oids[at]!, oids[10 + at]!, at))
    const watching = new WatchingRunner()
    const { relations } = await relate(pairs, watching)
    expect(Object.values(relations)).toEqual(pairs.map(() => ({ ahead: 1, behind: 1, related: true })))
    expect(watching.verbs.filter((verb) => verb === 'compare')).toHaveLength(10)
    expect(watching.verbs.filter((verb) => verb === 'merge-base')).toHaveLength(10)
    expect(watching.most).toBe(4)
  })

  it('compares a single pair at once', async () => {
    const [first, second] = makeCommits([
      { parents: [], at: 0 },
      { parents: [0], at: 1 },
    ]) as [string, string]
    const watching = new WatchingRunner()
    expect(await relate([pair(second, first)], watching)).toEqual({
      relations: { 'refs/heads/0': { ahead: 1, behind: 0, related: true } },
      missing: [],
    })
    expect(watching.verbs).toEqual(['compare'])
    expect(await relate([], watching)).toEqual({ relations: {}, missing: [] })
    expect(watching.verbs).toEqual(['compare'])
  })

  describe('where something is not in the store', () => {
    const absent = '1'.repeat(40)
    let first: string
    let second: string
    let blob: string
    beforeAll(() => {
      ;[first, second] = makeCommits([
        { parents: [], at: 5 },
        { parents: [0], at: 6 },
      ]) as [string, string]
      blob = execFileSync('git', ['hash-object', '-w', '--stdin'], {
        cwd: gitDir,
        input: 'x',
        encoding: 'utf8',
      }).trim()
    })

    it.each([1, 3])('names the refs whose old value it is, of %d', async (count) => {
      const fine = Array.from({ length: count - 1 }, (_, at) => pair(second, first, at))
      const { missing, relations } = await relate([...fine, pair(second, absent, 9)])
      expect(missing).toEqual(['refs/heads/9'])
      expect(Object.keys(relations)).toHaveLength(count - 1)
    })

    it.each([1, 3])('names an old value that is no commit, too, of %d', async (count) => {
      const fine = Array.from({ length: count - 1 }, (_, at) => pair(second, first, at))
      expect((await relate([...fine, pair(second, blob, 9)])).missing).toEqual(['refs/heads/9'])
    })

    it.each([1, 3])('says that the source was rewritten, of %d', async (count) => {
      const fine = Array.from({ length: count - 1 }, (_, at) => pair(second, first, at))
      await expect(relate([...fine, pair(absent, first, 9)])).rejects.toMatchObject({
        code: 'VERSION_CONFLICT',
        details: { ref: 'refs/heads/9', oid: absent },
      })
    })
  })

  it('falls back to one by one where the list of new commits is too long', async () => {
    const [first, second, third] = makeCommits([
      { parents: [], at: 0 },
      { parents: [0], at: 1 },
      { parents: [1], at: 2 },
    ]) as [string, string, string]
    const watching = new WatchingRunner()
    const short: GitRunner = {
      run: (command, options) =>
        watching.run(command, {
          ...options,
          ...(command.args.includes('--parents') && { maxOutputBytes: 10 }),
        }),
    }
    const { relations } = await relate([pair(second, first, 0), pair(third, first, 1)], short)
    expect(relations).toEqual({
      'refs/heads/0': { ahead: 1, behind: 0, related: true },
      'refs/heads/1': { ahead: 2, behind: 0, related: true },
    })
    expect(watching.verbs).toEqual(['cat-file', 'rev-list', 'compare', 'compare'])
  })

  it('is given up with its caller', async () => {
    const [first, second] = makeCommits([
      { parents: [], at: 0 },
      { parents: [0], at: 1 },
    ]) as [string, string]
    const pairs = [pair(second, first, 0), pair(first, second, 1)]
    const signal = AbortSignal.abort()
    await expect(relateRefs({ runner, gitDir, pairs }, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
