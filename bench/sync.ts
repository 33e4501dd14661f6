import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry } from '@gitferry/core'
import { measure, report } from './paired.ts'
import { openShell } from './shell.ts'

const run = promisify(execFile)
const identity = {
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@example.invalid',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@example.invalid',
}

/** git knows it without being told. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/**
 * One branch kept in step between two file remotes: by gitferry in process with SQLite on, and by hand with
 * `git fetch origin`, `git fetch backup`, `git push backup`, on the same repositories, in turn.
 */
export async function benchSync({
  runs,
  print,
}: {
  readonly runs: number
  readonly print: (line: string) => void
}): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'gitferry-bench-'))
  const env = { PATH: process.env.PATH, HOME: root, ...identity }
  const git = async (cwd: string, ...args: string[]) => {
    const { stdout } = await run('git', args, { cwd, env })
    return stdout.trim()
  }
  const [origin, backup, clone] = ['origin.git', 'backup.git', 'clone'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ]
  await git(root, 'init', '-q', '--bare', '-b', 'main', origin)
  await git(root, 'init', '-q', '--bare', '-b', 'main', backup)
  await git(root, 'clone', '-q', origin, clone)
  await git(clone, 'remote', 'add', 'backup', backup)
  let tip = ''
  const commit = async () => {
    tip = await git(
      origin,
      'commit-tree',
      ...(tip === '' ? [] : ['-p', tip]),
      '-m',
      `commit after ${tip}`,
      emptyTree,
    )
    await git(origin, 'update-ref', 'refs/heads/main', tip)
  }
  for (let index = 0; index < 300; index += 1) await commit()

  const byHand =
    'git fetch -q origin && git fetch -q backup && git push -q backup refs/remotes/origin/main:refs/heads/main'
  const shell = openShell({ cwd: clone, env })
  const reference = () => shell.run(byHand)
  const storage = sqliteStorage({ path: join(root, 'data', 'gitferry.db') })
  const gitferry = createGitferry({ storage, dataDir: join(root, 'data') })
  await gitferry.start()
  try {
    const repo = await gitferry.repos.register({ path: clone })
    const task = await gitferry.sync.tasks.create({
      repo_id: repo.id,
      source_remote: 'origin',
      source_branch: 'main',
      target_remote: 'backup',
    })
    const subject = async () => {
      const ended = await gitferry.sync.tasks.run(task.id, { wait: true })
      if (ended.status !== 'success') throw new Error(`the run ended ${ended.status}: ${ended.error_message}`)
    }
    await subject()
    const check = async (name: string) => {
      if ((await git(backup, 'rev-parse', 'refs/heads/main')) !== tip) throw new Error(`${name}: not in step`)
    }
    const options = { runs, warmUp: 3 }
    const changed = await measure(
      { name: 'changed branch sync', aim: 1.2, prepare: commit, subject, reference },
      options,
    )
    await check(changed.name)
    print(report(changed))
    const noop = await measure(
      { name: 'no-op sync', aim: 0.5, prepare: async () => {}, subject, reference },
      options,
    )
    await check(noop.name)
    print(report(noop))
  } finally {
    await gitferry.stop()
    await shell.close()
    await rm(root, { recursive: true, force: true })
  }
}
