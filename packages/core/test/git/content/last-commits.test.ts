import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findLastCommits } from '../../../src/git/content/find-last-commits.ts'
import { Sandbox } from '../local/sandbox.ts'
import { randomHistory } from './histories.ts'

let box: Sandbox
let repository: string
const histories = Array.from({ length: 24 }, (_, index) => ({
  ref: `refs/heads/h${index}`,
  seed: index + 1,
  commits: 12 + (index % 5) * 8,
  isSkewed: index % 3 === 0,
}))

beforeAll(() => {
  box = new Sandbox()
  repository = `${box.root}/histories.git`
  box.run(box.root, 'init', '--quiet', '--bare', repository)
  execFileSync('git', ['fast-import', '--quiet', '--force'], {
    cwd: repository,
    input: histories.map((history) => randomHistory(history.ref, history)).join(''),
  })
})
afterAll(() => {
  box[Symbol.dispose]()
})

const lines = (text: string): string[] => text.split('\0').filter((line) => line !== '')

/** What plain git says: `git log -1` for each path, started by one shell. */
function expected(asked: readonly (readonly [commit: string, path: string])[]): string[] {
  const script = `while IFS='\t' read -r commit path; do printf '%s\\n' "$(git log -1 --format=%H "$commit" -- "$path")"; done`
  return execFileSync('sh', ['-c', script], {
    cwd: repository,
    input: asked.map(([commit, path]) => `${commit}\t${path}\n`).join(''),
    env: { PATH: process.env.PATH, GIT_LITERAL_PATHSPECS: '1' },
    encoding: 'utf8',
  })
    .split('\n')
    .slice(0, -1)
}

const found = async (commit: string, directory: string, hasChangedPaths = false) => {
  const treeish = directory === '' ? commit : `${commit}:${directory}`
  const children = lines(box.run(repository, 'ls-tree', '-z', '--name-only', treeish))
  const names = children.map((name) => Buffer.from(name).toString('latin1'))
  const oids = await findLastCommits(
    box.runner,
    { commit, directory, names, hasChangedPaths },
    { gitDir: repository },
  )
  return children.map((name, index) => ({
    path: directory === '' ? name : `${directory}/${name}`,
    oid: oids.get(names[index]!) ?? '',
  }))
}

/** Every child of every directory of every history. */
const questions = (): (readonly [commit: string, directory: string])[] =>
  histories.flatMap(({ ref }) => {
    const commit = box.oid(repository, ref)
    const entries = lines(box.run(repository, 'ls-tree', '-r', '-t', '-z', commit))
    const trees = entries.filter((entry) => entry.startsWith('040000'))
    return ['', ...trees.map((entry) => entry.slice(entry.indexOf('\t') + 1))].map(
      (tree) => [commit, tree] as const,
    )
  })

describe('the last commits of a directory', () => {
  it('are those that git log -1 finds for each child, in whatever history, with and without a commit-graph', async () => {
    const asked = questions()
    const answers = []
    for (const [commit, directory] of asked) {
      for (const { path, oid } of await found(commit, directory)) answers.push({ commit, path, oid })
    }
    expect(answers.length).toBeGreaterThan(120)
    const plain = expected(answers.map(({ commit, path }) => [commit, path]))
    expect(answers).toEqual(answers.map(({ commit, path }, index) => ({ commit, path, oid: plain[index] })))

    box.run(repository, 'commit-graph', 'write', '--reachable', '--changed-paths')
    const again = []
    for (const [commit, directory] of asked) {
      for (const { path, oid } of await found(commit, directory, true)) again.push({ commit, path, oid })
    }
    expect(again).toEqual(answers)
  }, 60_000)
})
