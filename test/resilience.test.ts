import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import {
  createGitferry,
  type Gitferry,
  GitferryError,
  type GitferryOptions,
  isGitferryError,
  type StorageAdapter,
} from '@gitferry/core'
import { type ApiSandbox, createApiSandbox, createTestClock } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wrapGit } from './wrapped-git.ts'

let sandbox: ApiSandbox
let started: Gitferry[]

beforeEach(async () => {
  sandbox = await createApiSandbox()
  started = []
})

afterEach(async () => {
  for (const gitferry of started) await gitferry.stop({ graceful: false })
  sandbox.remove()
})

async function start(options: Partial<GitferryOptions> = {}) {
  const gitferry = createGitferry({ storage: memoryStorage(), dataDir: sandbox.dataDir, ...options })
  started.push(gitferry)
  await gitferry.start()
  return gitferry
}

async function makeTask(gitferry: Gitferry, settings = {}) {
  const repo = await gitferry.repos.register({ path: sandbox.clonePath })
  return gitferry.sync.tasks.create({
    repo_id: repo.id,
    source_branch: 'main',
    target_remote: 'backup',
    ...settings,
  })
}

/** A wrapped git, in a folder of its own where it may leave marks. */
function wrapped(verb: string, script: string): { readonly git: string; readonly marks: string } {
  const marks = join(sandbox.dataDir, 'marks')
  mkdirSync(marks)
  return { git: wrapGit(marks, verb, script), marks }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}

function proxied(storage: StorageAdapter): Omit<StorageAdapter, 'transaction'> {
  return {
    name: 'proxied',
    capabilities: storage.capabilities,
    open: () => storage.open(),
    close: () => storage.close(),
    collection: (name) => storage.collection(name),
  }
}

/** A storage whose transactions fail as long as `isDown` says so. */
function failingWhile(isDown: () => boolean): StorageAdapter {
  const storage = memoryStorage()
  return {
    ...proxied(storage),
    async transaction(work) {
      if (isDown()) throw new GitferryError('STORAGE_FAILED', 'The disk was busy.')
      return storage.transaction(work)
    },
  }
}

const backupTip = () => sandbox.oidOf(sandbox.bareBackupPath, 'main')
const originTip = () => sandbox.oidOf(sandbox.originPath, 'main')

describe('a push', () => {
  it('whose connection breaks after the target took it counts as landed', async () => {
    const { git } = wrapped(
      'push',
      '$GIT "$@" >/dev/null 2>&1; echo "fatal: the remote end hung up unexpectedly" >&2; exit 128',
    )
    const gitferry = await start({ git })
    const task = await makeTask(gitferry)
    const { id } = await gitferry.sync.tasks.run(task.id)
    const run = await gitferry.sync.runs.wait(id)
    expect(run).toMatchObject({ status: 'success', commit_range: originTip(), error_code: null })
    expect(run.refs[0]?.reason).toMatch(/broke off after the target took it/)
  })

  it('whose connection breaks before that fails, and says why', async () => {
    const { git } = wrapped('push', 'echo "fatal: the remote end hung up unexpectedly" >&2; exit 128')
    const gitferry = await start({ git, networkRetries: 0 })
    const run = await gitferry.sync.tasks.run((await makeTask(gitferry)).id, { wait: true })
    expect(run).toMatchObject({ status: 'failed', error_code: 'GIT_UNREACHABLE', commit_range: '' })
    expect(backupTip()).toBe('')
  })

  it('that lands just before the run is out of time counts as landed', async () => {
    const { git } = wrapped('push', '$GIT "$@" >/dev/null 2>&1; exec sleep 600')
    const gitferry = await start({ git })
    const task = await makeTask(gitferry, { timeout_ms: 3_000 })
    const run = await gitferry.sync.tasks.run(task.id, { wait: true })
    expect(run).toMatchObject({ status: 'success', commit_range: originTip() })
  })

  it('that finds the target moved meanwhile is planned anew, and overwrites nothing', async () => {
    const other = 'refs/heads/theirs'
    const { git, marks } = wrapped(
      'push',
      `if [ ! -e $DIR/once ]; then touch $DIR/once; $GIT --git-dir='${sandbox.bareBackupPath}' update-ref refs/heads/main ${other}; fi; $GIT "$@"`,
    )
    const gitferry = await start({ git })
    const task = await makeTask(gitferry)
    sandbox.git(sandbox.originPath, 'push', '-q', sandbox.bareBackupPath, 'main', `main:${other}`)
    const theirs = sandbox.commit(sandbox.bareBackupPath, 'theirs', 'somebody else was faster')
    sandbox.commit(sandbox.originPath, 'main', 'to be carried over')

    const { id } = await gitferry.sync.tasks.run(task.id)
    const run = await gitferry.sync.runs.wait(id)
    expect(existsSync(join(marks, 'once'))).toBe(true)
    expect(run).toMatchObject({ status: 'conflict', error_code: 'SYNC_CONFLICT' })
    expect(run.refs).toMatchObject([{ outcome: 'conflict', old_oid: theirs, new_oid: originTip() }])
    expect(backupTip()).toBe(theirs)
    expect(await gitferry.sync.runs.log(id)).toMatch(/Planning anew/)
    // the attempt that came too late, then nothing more: a conflict moves no ref
    const { items } = await gitferry.audit.list({ type: 'sync' })
    expect(items.map(({ error_code, result }) => [result, error_code])).toEqual([['failure', 'GIT_REJECTED']])
  })
})

describe('a run', () => {
  it('that takes longer than the task allows is ended, and leaves no process', async () => {
    const { git, marks } = wrapped('fetch', 'echo $$ > $DIR/pid; exec sleep 600')
    const gitferry = await start({ git })
    const task = await makeTask(gitferry, { timeout_ms: 2_000 })
    // the store is seeded by a fetch too, with the same limit
    const run = await gitferry.sync.tasks.run(task.id, { wait: true })
    expect(run).toMatchObject({ status: 'failed', error_code: 'GIT_TIMEOUT' })
    expect(() => process.kill(Number(readFileSync(join(marks, 'pid'), 'utf8')), 0)).toThrow(/ESRCH/)
  })

  it('asked for while its task is deleted ends, or is refused, and nobody waits for ever', async () => {
    const gitferry = await start({ storage: sqliteStorage({ path: join(sandbox.dataDir, 'gitferry.db') }) })
    const task = await makeTask(gitferry)
    const asked = [1, 2, 3].map(() => gitferry.sync.tasks.run(task.id, { wait: true }))
    const deleted = gitferry.sync.tasks.delete(task.id, { cancel: true })
    const late = [1, 2].map(() => gitferry.sync.tasks.run(task.id, { wait: true }))
    for (const outcome of await Promise.allSettled([...asked, ...late])) {
      if (outcome.status === 'fulfilled') expect(outcome.value.finished_at).not.toBe(null)
      else expect(isGitferryError(outcome.reason, 'TASK_NOT_FOUND')).toBe(true)
    }
    await deleted
    for await (const run of gitferry.sync.runs.all()) expect(run.finished_at).not.toBe(null)
  })

  it('whose end cannot be stored for a moment is stored as it came out', async () => {
    let failures = 0
    const flaky = failingWhile(() => failures-- > 0)
    const gitferry = await start({ storage: flaky })
    const task = await makeTask(gitferry)
    gitferry.on('run.progress', ({ phase }) => {
      if (phase === 'pushed') failures = 1
    })
    const run = await gitferry.sync.tasks.run(task.id, { wait: true })
    expect(failures).toBeLessThan(0)
    expect(run).toMatchObject({ status: 'success', commit_range: originTip() })
    expect((await gitferry.audit.list({ type: 'sync' })).items).toMatchObject([{ result: 'success' }])
  })
})

it('what an overwrite replaced is kept apart from the store, and outlives the repository’s record', async () => {
  const gitferry = await start()
  const task = await makeTask(gitferry, { on_diverge: 'overwrite' })
  await gitferry.sync.tasks.run(task.id, { wait: true })
  const theirs = sandbox.commit(sandbox.bareBackupPath, 'main', 'theirs alone')
  sandbox.commit(sandbox.originPath, 'main', 'ours alone')
  const { id } = await gitferry.sync.tasks.run(task.id, { wait: true })
  expect(backupTip()).toBe(originTip())
  expect((await gitferry.sync.runs.get(id)).refs).toMatchObject([
    { action: 'force', outcome: 'updated', old_oid: theirs },
  ])

  const keptIn = (folder: string) => {
    const [store] = readdirSync(join(sandbox.dataDir, folder)).filter((name) => name.endsWith('.git'))
    const path = join(sandbox.dataDir, folder, store ?? '')
    sandbox.git(path, 'cat-file', '-e', `${theirs}^{commit}`)
    return sandbox.git(path, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/gitferry/kept')
  }
  expect(keptIn('kept')).toBe(`${theirs} refs/gitferry/kept/${id}/heads/main`)
  await gitferry.sync.tasks.delete(task.id)
  await gitferry.repos.delete(task.repo_id)
  expect(readdirSync(join(sandbox.dataDir, 'stores'))).toEqual([])
  expect(keptIn('kept')).toBe(`${theirs} refs/gitferry/kept/${id}/heads/main`)
})

it('a HEAD that cannot be moved takes nothing from what is told of the refs', async () => {
  const gitferry = await start()
  const { id: repo_id } = await gitferry.repos.register({ path: sandbox.secondBarePath })
  await gitferry.repos.remotes.add(repo_id, { name: 'origin', fetch_url: sandbox.originPath })
  const where = { repo_id, mode: 'mirror', target_remote: 'local' } as const
  const task = await gitferry.sync.tasks.create({ ...where, on_diverge: 'skip', follow_head: true })
  sandbox.git(sandbox.originPath, 'symbolic-ref', 'HEAD', 'refs/heads/feature/login')
  writeFileSync(join(sandbox.secondBarePath, 'HEAD.lock'), '')
  const { id } = await gitferry.sync.tasks.run(task.id, { wait: true })
  const { status, refs } = await gitferry.sync.runs.get(id)
  expect(status).toBe('partial')
  const outcomes = new Map(refs.map((ref) => [ref.target_ref, ref.outcome]))
  expect(outcomes.get('HEAD')).toBe('failed')
  expect(outcomes.get('refs/heads/feature/login')).toBe('updated')
})

it('size_bytes counts the store of a repository as soon as there is one', async () => {
  const gitferry = await start()
  const task = await makeTask(gitferry)
  const before = (await gitferry.repos.get(task.repo_id)).size_bytes
  await gitferry.sync.tasks.run(task.id, { wait: true })
  // it is measured after the run has ended; the next run of the repository waits for that
  await gitferry.sync.tasks.run(task.id, { wait: true })
  expect((await gitferry.repos.get(task.repo_id)).size_bytes).toBeGreaterThan(before)
})

describe('a storage that fails for longer than a run waits', () => {
  it('leaves the run to be taken up again, which then tells what had landed', async () => {
    const clock = createTestClock('2026-01-01T00:00:00.000Z')
    let down = false
    const gitferry = await start({ storage: failingWhile(() => down), clock })
    const task = await makeTask(gitferry)
    gitferry.on('run.progress', ({ phase }) => {
      if (phase === 'pushed') down = true
    })
    const { id } = await gitferry.sync.tasks.run(task.id)
    await until(() => down)
    for (let waited = 0; waited < 30; waited += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      await clock.advance(1_000)
    }
    down = false
    expect(await gitferry.sync.runs.get(id)).toMatchObject({ status: 'running' })
    expect((await gitferry.audit.list({ type: 'sync' })).items).toEqual([])

    await clock.advance(120_000)
    const run = await gitferry.sync.runs.wait(id)
    expect(run).toMatchObject({ status: 'success', attempt: 2, commit_range: originTip() })
    expect((await gitferry.audit.list({ type: 'sync' })).items).toMatchObject([
      { result: 'unknown', object_id: id },
    ])
  })
})

it('every line of a run log is stored once, however slow the storage is', async () => {
  const storage = memoryStorage()
  const slow: StorageAdapter = {
    ...proxied(storage),
    async transaction(work) {
      const result = await storage.transaction(work)
      await new Promise((resolve) => setTimeout(resolve, 150))
      return result
    },
  }
  const gitferry = await start({ storage: slow })
  const task = await makeTask(gitferry)
  const announced: string[] = []
  gitferry.on('run.log', ({ line }) => announced.push(line))
  const { id } = await gitferry.sync.tasks.run(task.id)
  await gitferry.sync.runs.wait(id)
  expect(await gitferry.sync.runs.log(id)).toBe(announced.map((line) => `${line}\n`).join(''))
})

describe('stop()', () => {
  it('ends a plan that is under way with its git, and leaves its entry', async () => {
    const path = join(sandbox.dataDir, 'gitferry.db')
    const { git, marks } = wrapped('ls-remote', 'echo $$ > $DIR/pid; exec sleep 601')
    const gitferry = await start({ git, storage: sqliteStorage({ path }) })
    const task = await makeTask(gitferry)
    const plan = gitferry.sync.tasks.plan(task.id)
    const refused = expect(plan).rejects.toMatchObject({ code: 'CLOSED' })
    await until(() => existsSync(join(marks, 'pid')))
    await gitferry.stop({ graceful: false })
    await refused
    expect(execFileSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8' })).not.toContain('sleep 601')
    await expect(gitferry.sync.tasks.run(task.id)).rejects.toMatchObject({ code: 'CLOSED' })

    const again = await start({ storage: sqliteStorage({ path }) })
    const { items } = await again.audit.list({ type: 'plan' })
    expect(items).toMatchObject([{ result: 'failure', error_code: 'CLOSED' }])
  })

  it('tells those who wait for a run that it did not end', async () => {
    const { git } = wrapped('ls-remote', 'exec sleep 600')
    const gitferry = await start({ git })
    const task = await makeTask(gitferry)
    const { id } = await gitferry.sync.tasks.run(task.id)
    const refused = expect(gitferry.sync.runs.wait(id)).rejects.toMatchObject({ code: 'CLOSED' })
    await gitferry.stop({ graceful: false })
    await refused
  })
})

it('a plan that is given up while it waits for its repository returns at once', async () => {
  const { git, marks } = wrapped('ls-remote', 'touch $DIR/listing; exec sleep 600')
  const gitferry = await start({ git })
  const task = await makeTask(gitferry)
  const first = gitferry.sync.tasks.plan(task.id).catch((error: unknown) => error)
  await until(() => existsSync(join(marks, 'listing')))
  const controller = new AbortController()
  const second = gitferry.sync.tasks.plan(task.id, { signal: controller.signal })
  controller.abort()
  await expect(second).rejects.toMatchObject({ code: 'ABORTED' })
  await gitferry.stop({ graceful: false })
  expect(isGitferryError(await first, 'CLOSED')).toBe(true)
})
