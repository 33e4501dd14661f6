import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { type GitFolder, openGitFolder } from './git-folder.ts'
import { commit, growingHistory } from './history.ts'
import { measure, report } from './paired.ts'
import { openShell } from './shell.ts'

export interface MirrorBenchOptions {
  /** Pairs of the quick rows; the slow ones take fewer. */
  readonly runs: number
  readonly print: (line: string) => void
}

/**
 * Whole repositories kept in step between file remotes: by gitferry in process with SQLite on, and by hand. Either has a
 * target of its own, so that both carry the same.
 */
export async function benchMirror({ runs, print }: MirrorBenchOptions): Promise<void> {
  await using folder = await openGitFolder()
  const dataDir = join(folder.path, 'data')
  const gitferry = createGitferry({
    storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }),
    dataDir,
  })
  await gitferry.start()
  try {
    await benchRefs(folder, gitferry, { runs, print })
    await benchHundred(folder, gitferry, { runs: Math.max(3, Math.ceil(runs / 10)), print })
    await benchFirst(folder, gitferry, { runs: Math.max(3, Math.ceil(runs / 4)), print })
  } finally {
    await gitferry.stop()
  }
}

/**
 * 1,000 branches; by hand what GitHub's "Mirroring a repository in another location" says: a `clone --mirror` whose push
 * URL is the target, `git fetch -p origin`, `git push --mirror`.
 */
async function benchRefs(
  folder: GitFolder,
  gitferry: Gitferry,
  { runs, print }: MirrorBenchOptions,
): Promise<void> {
  const [source, ours, theirs] = await makeSides(folder, 'refs', 1_000)
  const subject = await mirrorTask(folder, gitferry, { name: 'refs', source, target: ours })
  const mirror = join(folder.path, 'refs-mirror.git')
  await folder.git(['clone', '-q', '--mirror', source, mirror])
  await folder.git(['--git-dir', mirror, 'remote', 'set-url', '--push', 'origin', theirs])
  const shell = openShell({ cwd: mirror, env: folder.env })
  const reference = () => shell.run('git fetch -q --prune origin && git push -q --mirror')
  const options = { runs, warmUp: 3 }
  const check = async () => {
    const [wanted, ...had] = await Promise.all([source, ours, theirs].map((path) => refsOf(folder, path)))
    if (had.some((refs) => refs !== wanted)) throw new Error('not in step')
  }
  try {
    const noop = { name: 'no-op mirror of 1,000 refs', aim: 0.5, prepare: async () => {} }
    print(report(await measure({ ...noop, subject, reference }, options)))
    await check()
    let turn = 0
    const one = {
      name: 'mirror with 1 of 1,000 branches changed',
      aim: 1.1,
      prepare: oncePerPair(() => {
        turn += 1
        return change(folder, source, [`branch-${(turn * 37) % 1_000}`])
      }),
    }
    print(report(await measure({ ...one, subject, reference }, options)))
    await check()
  } finally {
    await shell.close()
  }
}

/** 100 branches, all changed; by hand `fetch origin`, `fetch backup` and `push backup` for each of them. */
async function benchHundred(
  folder: GitFolder,
  gitferry: Gitferry,
  { runs, print }: MirrorBenchOptions,
): Promise<void> {
  const [source, ours, theirs] = await makeSides(folder, 'hundred', 100)
  const subject = await mirrorTask(folder, gitferry, { name: 'hundred', source, target: ours })
  const clone = join(folder.path, 'hundred-clone')
  await folder.git(['clone', '-q', source, clone])
  await folder.git(['-C', clone, 'remote', 'add', 'backup', theirs])
  const shell = openShell({ cwd: clone, env: folder.env })
  const names = Array.from({ length: 100 }, (_, index) => `branch-${index}`)
  const hundred = {
    name: '100 changed branches in one mirror',
    aim: 0.1,
    prepare: oncePerPair(() => change(folder, source, names)),
    subject,
    async reference() {
      for (const name of names) {
        await shell.run(
          `git fetch -q origin && git fetch -q backup && git push -q backup refs/remotes/origin/${name}:refs/heads/${name}`,
        )
      }
    },
  }
  try {
    print(report(await measure(hundred, { runs, warmUp: 1 })))
    const [wanted, ...had] = await Promise.all([source, ours, theirs].map((path) => refsOf(folder, path)))
    if (had.some((refs) => refs !== wanted)) throw new Error('not in step')
  } finally {
    await shell.close()
  }
}

/**
 * The first mirror of 10,000 commits; by hand `clone --mirror` and `push --mirror`. With a path git would link the packs
 * and copy nothing, so the remotes are file URLs, which go through git's own transport as every other remote does.
 */
async function benchFirst(
  folder: GitFolder,
  gitferry: Gitferry,
  { runs, print }: MirrorBenchOptions,
): Promise<void> {
  const source = await folder.bare('first-source.git')
  await folder.git(['--git-dir', source, 'fast-import', '--quiet'], growingHistory('refs/heads/main', 10_000))
  await folder.git(['--git-dir', source, 'gc', '-q'])
  const shell = openShell({ cwd: folder.path, env: folder.env })
  const url = (path: string) => pathToFileURL(path).href
  const theirs = join(folder.path, 'first-theirs.git')
  const mirror = join(folder.path, 'first-mirror.git')
  let ours = ''
  let count = 0
  let run = async (): Promise<void> => {}
  const first = {
    name: 'first mirror of 10,000 commits',
    aim: 1.05,
    async prepare() {
      for (const path of [ours, theirs, mirror]) {
        if (path !== '') await rm(path, { recursive: true, force: true })
      }
      count += 1
      ours = await folder.bare(`first-ours-${count}.git`)
      await folder.bare('first-theirs.git')
      run = await mirrorTask(folder, gitferry, { name: `first-${count}`, source, target: ours, isRun: false })
      await pause(settleMs)
    },
    subject: () => run(),
    reference: () =>
      shell.run(
        `git clone -q --mirror ${url(source)} ${mirror} && git --git-dir=${mirror} push -q --mirror ${url(theirs)}`,
      ),
  }
  try {
    print(report(await measure(first, { runs, warmUp: 1 })))
  } finally {
    await shell.close()
  }
}

interface MirrorTask {
  readonly name: string
  readonly source: string
  readonly target: string
  /** Whether it has run once already. Default true. */
  readonly isRun?: boolean
}

/** A repository with two remotes and a mirror task between them; answers what runs it. */
async function mirrorTask(
  folder: GitFolder,
  gitferry: Gitferry,
  { name, source, target, isRun = true }: MirrorTask,
): Promise<() => Promise<void>> {
  const path = await folder.bare(`${name}-managed.git`)
  await folder.git(['--git-dir', path, 'remote', 'add', 'origin', source])
  await folder.git(['--git-dir', path, 'remote', 'add', 'backup', target])
  const repo = await gitferry.repos.register({ path })
  const task = await gitferry.sync.tasks.create({
    repo_id: repo.id,
    source_remote: 'origin',
    target_remote: 'backup',
    mode: 'mirror',
    tags: true,
    prune: true,
    on_diverge: 'overwrite',
  })
  const run = async () => {
    const ended = await gitferry.sync.tasks.run(task.id, { wait: true })
    if (ended.status !== 'success') throw new Error(`the run ended ${ended.status}: ${ended.error_message}`)
  }
  if (isRun) await run()
  return run
}

/** A source with so many branches, a commit of its own on each, and two targets that have them already. */
async function makeSides(
  folder: GitFolder,
  name: string,
  branches: number,
): Promise<readonly [source: string, ours: string, theirs: string]> {
  const source = await folder.bare(`${name}-source.git`)
  const importing = ['--git-dir', source, 'fast-import', '--quiet']
  await folder.git(importing, growingHistory('refs/heads/main', 300))
  const names = Array.from({ length: branches }, (_, index) => `branch-${index}`)
  await folder.git(
    importing,
    names.flatMap((branch) => [...changeOf(branch, 'refs/heads/main^0')]),
  )
  await folder.git(['--git-dir', source, 'gc', '-q'])
  const targets = [join(folder.path, `${name}-ours.git`), join(folder.path, `${name}-theirs.git`)] as const
  for (const target of targets) await folder.git(['clone', '-q', '--mirror', source, target])
  return [source, ...targets]
}

const changeOf = (branch: string, from = `refs/heads/${branch}^0`): Iterable<string | Buffer> =>
  commit({ ref: `refs/heads/${branch}`, from, file: `${branch}.txt`, content: `${performance.now()}\n` })

/** One more commit on each of these branches. */
async function change(folder: GitFolder, source: string, branches: readonly string[]): Promise<void> {
  await folder.git(
    ['--git-dir', source, 'fast-import', '--quiet'],
    branches.flatMap((branch) => [...changeOf(branch)]),
  )
}

/** gitferry tidies its store after a run that changed something: what is measured next must not have that beside it. */
const settleMs = 500

/** Both sides of a pair carry the same, so only the first of them brings something new about. */
function oncePerPair(work: () => Promise<void>): () => Promise<void> {
  let calls = 0
  return async () => {
    calls += 1
    if (calls % 2 === 1) await work()
    await pause(settleMs)
  }
}

const refsOf = (folder: GitFolder, path: string): Promise<string> =>
  folder.git(['--git-dir', path, 'for-each-ref', '--format=%(objectname) %(refname)'])
