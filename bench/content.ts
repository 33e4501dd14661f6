import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry, type Repo } from '@gitferry/core'
import { type GitFolder, openGitFolder } from './git-folder.ts'
import { commit } from './history.ts'
import { measure, median, report } from './paired.ts'
import { openShell } from './shell.ts'

const directory = 'src/part'
const ref = 'refs/heads/main'
const pageSize = 100

/**
 * A directory of 500 files, listed with the last commit of each, in a repository with so many commits, of which every
 * fourth touches the directory and some files are as old as the repository: cold, beside `git log -1` for a twentieth of
 * the files, and beside one `git log --name-status` of the directory; and when it was listed before. Registered as its user
 * has it, and hosted with the commit-graph that gitferry makes.
 */
export async function benchContent({
  commits,
  runs,
  print,
}: {
  readonly commits: number
  readonly runs: number
  readonly print: (line: string) => void
}): Promise<void> {
  await using folder = await openGitFolder()
  const path = await folder.bare('large.git')
  await folder.git(['--git-dir', path, 'fast-import', '--quiet'], history(commits))
  const gitferry = createGitferry({ storage: memoryStorage(), dataDir: join(folder.path, 'data') })
  await gitferry.start()
  try {
    const registered = await gitferry.repos.register({ path })
    const hosted = await gitferry.repos.fork(registered.id, { name: 'hosted' })
    while (!existsSync(join(hosted.path, 'objects/info/commit-graphs/commit-graph-chain'))) await sleep(50)
    const given = { gitferry, folder, runs, print }
    await benchDirectory({ ...given, repo: registered, label: 'registered' })
    await benchDirectory({ ...given, repo: hosted, label: 'hosted, with its commit-graph' })
  } finally {
    await gitferry.stop()
  }
}

async function benchDirectory({
  gitferry,
  folder,
  repo: { id, path },
  label,
  runs,
  print,
}: {
  readonly gitferry: Gitferry
  readonly folder: GitFolder
  readonly repo: Pick<Repo, 'id' | 'path'>
  readonly label: string
  readonly runs: number
  readonly print: (line: string) => void
}): Promise<void> {
  const shell = openShell({ cwd: path, env: folder.env })
  try {
    /** All pages of the directory. */
    const list = async () => {
      for (let page = 1; page <= 500 / pageSize; page += 1) {
        const { items } = await gitferry.content.tree(id, {
          path: directory,
          last_commits: true,
          page,
          page_size: pageSize,
        })
        if (!items.every(({ last_commit }) => last_commit !== null))
          throw new Error('a last commit is missing')
      }
    }
    // the branch moves, so that nothing that was found out before is of use
    const prepare = () => move(folder, path)
    const sample = Array.from(
      { length: 25 },
      (_, index) => `${directory}/file-${index * 20 + (index % 4)}.txt`,
    )
    const perEntry = `for path in ${sample.join(' ')}; do git log -1 --format=%H main -- $path; done`
    const pairs = [
      {
        name: `directory of 500 with last commits (${label}), cold, beside git log -1 of 25 of them`,
        aim: 1,
        line: perEntry,
      },
      {
        name: `directory of 500 with last commits (${label}), cold, beside one git log --name-status`,
        aim: 1.3,
        line: `git log --name-status --format=%H main -- ${directory}`,
      },
    ]
    for (const { name, aim, line } of pairs) {
      const pair = { name, aim, prepare, subject: list, reference: () => shell.run(line) }
      print(report(await measure(pair, { runs, warmUp: 1 })))
    }
    await list()
    await printCached(
      label,
      () => gitferry.content.tree(id, { path: directory, last_commits: true, page: 2, page_size: pageSize }),
      print,
    )
  } finally {
    await shell.close()
  }
}

async function printCached(
  label: string,
  list: () => Promise<unknown>,
  print: (line: string) => void,
): Promise<void> {
  const times: number[] = []
  for (let index = 0; index < 100; index += 1) {
    const begun = performance.now()
    await list()
    times.push(performance.now() - begun)
  }
  const ms = median(times)
  print(
    `directory of 500 with last commits (${label}), cached: ${ms.toFixed(1)} ms for a page of ${pageSize} (median of ${times.length}); aim ≤ 5: ${ms <= 5 ? 'met' : 'MISSED'}`,
  )
}

function* history(commits: number): Iterable<string | Buffer> {
  for (let file = 0; file < 500; file += 1) {
    yield* commit({ ref, file: `${directory}/file-${file}.txt`, content: `first of ${file}\n` })
  }
  for (let index = 500; index < commits; index += 1) {
    const file = (index * 7_919) % 500
    // the first of them stay as they were
    const isInside = index % 4 === 0 && file > 20
    const name = isInside
      ? `${directory}/file-${file}.txt`
      : `other/part-${index % 40}/file-${index % 400}.txt`
    yield* commit({ ref, file: name, content: `change ${index}\n` })
  }
}

const move = async ({ git }: GitFolder, path: string): Promise<void> => {
  const next = commit({ ref, from: `${ref}^0`, file: 'other/moved.txt', content: `${Math.random()}\n` })
  await git(['--git-dir', path, 'fast-import', '--quiet'], next)
}
