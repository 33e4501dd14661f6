import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry, type GitferryOptions, type QueueAdapter } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wrapGit } from './wrapped-git.ts'

let sandbox: ApiSandbox
let started: Gitferry[]

beforeEach(() => {
  sandbox = createApiSandbox()
  started = []
})

afterEach(async () => {
  for (const gitferry of started) await gitferry.stop({ graceful: false })
  sandbox.remove()
})

async function start(options: Partial<GitferryOptions> = {}): Promise<Gitferry> {
  const gitferry = createGitferry({ storage: memoryStorage(), dataDir: sandbox.dataDir, ...options })
  started.push(gitferry)
  await gitferry.start()
  return gitferry
}

async function makeTask(gitferry: Gitferry): Promise<number> {
  const { id: repo_id } = await gitferry.repos.register({ path: sandbox.clonePath })
  const { id } = await gitferry.sync.tasks.create({
    repo_id,
    source_branch: 'main',
    target_remote: 'backup',
  })
  return id
}

/** A git that does `script` for one verb, and leaves marks in the answer's folder. */
function wrapped(verb: string, script: string): { readonly git: string; readonly marks: string } {
  const marks = join(sandbox.dataDir, 'marks')
  mkdirSync(marks)
  return { git: wrapGit(marks, verb, script), marks }
}

/** Waits for a mark that the wrapped git leaves. */
async function marked(marks: string, name: string): Promise<void> {
  while (!readdirSync(marks).includes(name)) await sleep(10)
}

/** The gits of the sandbox, and whatever they became: all stand in a folder of the data directory. */
const processes = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(sandbox.dataDir)) return []
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return []
      }
    })
    .filter((line) => !line.includes('fork-server'))

/** What a git that was killed leaves in the repositories and stores. */
const leftOvers = (...folders: string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.lock$|(?:^|\/)tmp_|\/tmp_objdir|(?:^|\/)\.new-/.test(name),
    ),
  )

const auditOf = async (gitferry: Gitferry, type: 'cancel' | 'sync') =>
  (await gitferry.audit.list({ type })).items.map(({ result, error_code }) => ({ result, error_code }))

/** A queue that forgets whatever it is given, as if the process that had it were gone. */
const forgetful: QueueAdapter = {
  name: 'forgetful',
  capabilities: { durable: false, shared: false, perHost: false },
  start: async () => {},
  enqueue: async () => {},
  cancel: async () => false,
  size: () => ({ waiting: 0, running: 0 }),
  stop: async () => {},
}

/** A storage that is still there after `close`, as a file would be. */
function lasting(storage: ReturnType<typeof memoryStorage>): GitferryOptions['storage'] {
  return {
    name: 'lasting',
    capabilities: storage.capabilities,
    open: () => storage.open(),
    close: async () => {},
    collection: (name) => storage.collection(name),
    transaction: (work) => storage.transaction(work),
  }
}

describe('canceling a run under way', () => {
  it.each([
    ['a listing', 'ls-remote', 'echo > $DIR/begun; exec sleep 600'],
    ['a fetch', 'fetch', 'echo > $DIR/begun; exec sleep 600'],
    [
      'a fetch that has to be killed, with its lock and half a pack in the store',
      'fetch',
      'trap "" TERM; cd $DIR/../stores/*.git && touch packed-refs.lock objects/pack/tmp_pack_x && echo > $DIR/begun; while :; do sleep 1; done',
    ],
    ['a push', 'push', 'echo > $DIR/begun; exec sleep 600'],
  ])('in the middle of %s leaves no process and no file', async (_, verb, script) => {
    const storage = memoryStorage()
    // a first run makes the store, with the real git
    const first = await start({ storage: lasting(storage) })
    const id = await makeTask(first)
    await first.sync.tasks.run(id, { wait: true })
    await first.stop()
    sandbox.commit(sandbox.originPath, 'main', 'something to bring')

    const { git, marks } = wrapped(verb, script)
    const gitferry = await start({ storage: lasting(storage), git })
    const run = await gitferry.sync.tasks.run(id)
    await marked(marks, 'begun')
    expect(processes()).not.toEqual([])
    expect((await gitferry.sync.runs.cancel(run.id)).status).toBe('canceled')
    expect(processes()).toEqual([])
    expect(leftOvers(join(sandbox.dataDir, 'stores'), sandbox.bareBackupPath)).toEqual([])
    await gitferry.stop()
    const again = await start({ storage: lasting(storage) })
    expect((await again.sync.tasks.run(id, { wait: true })).status).toBe('success')
  })

  it('goes on when its caller gives up, and its entry says how it ended', async () => {
    const gitferry = await start()
    const release = sandbox.holdPushes()
    const run = await gitferry.sync.tasks.run(await makeTask(gitferry))
    while (!(await gitferry.sync.runs.log(run.id)).includes('pushing')) await sleep(5)
    const caller = new AbortController()
    const canceling = gitferry.sync.runs.cancel(run.id, caller)
    const ended = gitferry.sync.runs.wait(run.id)
    caller.abort()
    await expect(canceling).rejects.toMatchObject({ code: 'ABORTED' })
    expect((await ended).status).toBe('canceled')
    while ((await auditOf(gitferry, 'cancel')).length === 0) await sleep(5)
    expect(await auditOf(gitferry, 'cancel')).toEqual([{ result: 'success', error_code: null }])
    release()
  })

  it('leaves it to the next success to tell that a conflict is over', async () => {
    const { git, marks } = wrapped(
      'ls-remote',
      'if [ -e $DIR/hold ]; then echo > $DIR/begun; exec sleep 600; fi; $GIT "$@"',
    )
    const gitferry = await start({ git })
    const recovered: number[] = []
    gitferry.on('task.recovered', ({ task_id }) => void recovered.push(task_id))
    const id = await makeTask(gitferry)
    const sync = async () => (await gitferry.sync.tasks.run(id, { wait: true })).status
    expect(await sync()).toBe('success')
    sandbox.commit(sandbox.originPath, 'main', 'theirs')
    const { bareBackupPath: backup } = sandbox
    const before = sandbox.oidOf(backup, 'main')
    const tree = 'refs/heads/main^{tree}'
    sandbox.git(
      backup,
      'update-ref',
      'refs/heads/main',
      sandbox.git(backup, 'commit-tree', '-m', 'x', tree).trim(),
    )
    expect(await sync()).toBe('conflict')
    writeFileSync(join(marks, 'hold'), '')
    const run = await gitferry.sync.tasks.run(id)
    await marked(marks, 'begun')
    expect((await gitferry.sync.runs.cancel(run.id)).status).toBe('canceled')
    rmSync(join(marks, 'hold'))
    sandbox.git(backup, 'update-ref', 'refs/heads/main', before)
    expect(await sync()).toBe('success')
    expect(recovered).toEqual([id])
    sandbox.commit(sandbox.originPath, 'main', 'more')
    expect(await sync()).toBe('success')
    expect(recovered).toEqual([id])
  })

  it('that has landed meanwhile is told the truth', async () => {
    const { git, marks } = wrapped('push', '$GIT "$@" >/dev/null 2>&1; echo > $DIR/landed; exec sleep 600')
    const gitferry = await start({ git })
    const run = await gitferry.sync.tasks.run(await makeTask(gitferry))
    await marked(marks, 'landed')
    await expect(gitferry.sync.runs.cancel(run.id)).rejects.toMatchObject({
      code: 'RUN_FINISHED',
      details: { status: 'success' },
    })
    const tip = sandbox.oidOf(sandbox.originPath, 'main')
    expect(sandbox.oidOf(sandbox.bareBackupPath, 'main')).toBe(tip)
    expect(await gitferry.sync.runs.get(run.id)).toMatchObject({ status: 'success', commit_range: tip })
    expect(await auditOf(gitferry, 'cancel')).toEqual([{ result: 'failure', error_code: 'RUN_FINISHED' }])
    expect(await auditOf(gitferry, 'sync')).toEqual([{ result: 'success', error_code: null }])
  })
})

describe('a push that landed and was cut off', () => {
  const tip = () => sandbox.oidOf(sandbox.originPath, 'main')
  const away = () => `${sandbox.bareBackupPath}.away`

  /** A git whose push lands, after which the target is out of reach; then it does `script`. */
  const landing = (script: string) =>
    wrapped('push', `$GIT "$@" >/dev/null 2>&1; mv '${sandbox.bareBackupPath}' '${away()}'; ${script}`)

  it('by a cancel, when the target cannot be asked any more, is audited as unknown, and the log says so', async () => {
    const { git, marks } = landing('echo > $DIR/landed; exec sleep 600')
    const gitferry = await start({ git })
    const run = await gitferry.sync.tasks.run(await makeTask(gitferry))
    await marked(marks, 'landed')
    expect((await gitferry.sync.runs.cancel(run.id)).status).toBe('canceled')
    expect(sandbox.oidOf(away(), 'main')).toBe(tip())
    expect(await auditOf(gitferry, 'sync')).toEqual([{ result: 'unknown', error_code: 'ABORTED' }])
    expect(await gitferry.sync.runs.log(run.id)).toContain('whether it landed is not known')
  })

  it('by a stop is audited as unknown, and found in step by the next start', async () => {
    const storage = memoryStorage()
    const { git, marks } = landing('echo > $DIR/landed; exec sleep 600')
    const before = await start({ storage: lasting(storage), git })
    const run = await before.sync.tasks.run(await makeTask(before))
    await marked(marks, 'landed')
    await before.stop({ graceful: false })
    renameSync(away(), sandbox.bareBackupPath)
    const gitferry = await start({ storage: lasting(storage) })
    expect(await auditOf(gitferry, 'sync')).toEqual([{ result: 'unknown', error_code: 'ABORTED' }])
    expect(await gitferry.sync.runs.wait(run.id)).toMatchObject({ status: 'success', commit_range: tip() })
  })

  it('by the network, when the target cannot be asked any more, is audited as unknown', async () => {
    const { git } = landing('echo "fatal: unable to access: Could not resolve host: x" >&2; exit 128')
    const gitferry = await start({ git, networkRetries: 0 })
    const run = await gitferry.sync.tasks.run(await makeTask(gitferry), { wait: true })
    expect(run).toMatchObject({ status: 'failed', error_code: 'GIT_UNREACHABLE' })
    expect(await auditOf(gitferry, 'sync')).toEqual([{ result: 'unknown', error_code: 'GIT_UNREACHABLE' }])
  })

  it('by a cancel, and went to this repository, is told the truth', async () => {
    const { git, marks } = wrapped('update-ref', '$GIT "$@"; echo > $DIR/landed; exec sleep 600')
    const gitferry = await start({ git })
    const { id: repo_id } = await gitferry.repos.register({ path: sandbox.clonePath })
    const { id } = await gitferry.sync.tasks.create({
      ...{ repo_id, source_branch: 'main', target_remote: 'local', target_branch: 'copy' },
    })
    const run = await gitferry.sync.tasks.run(id)
    await marked(marks, 'landed')
    await expect(gitferry.sync.runs.cancel(run.id)).rejects.toMatchObject({ details: { status: 'success' } })
    expect(sandbox.oidOf(sandbox.clonePath, 'copy')).toBe(tip())
    expect(await auditOf(gitferry, 'sync')).toEqual([{ result: 'success', error_code: null }])
  })

  it('by a cancel after the first of two pushes tells what that one moved, and has it kept', async () => {
    const theirs = sandbox.commit(sandbox.bareBackupPath, 'feature', 'only in backup\n')
    // what stands in the way of feature/login goes first, in a push of its own
    const { git, marks } = wrapped(
      'push',
      'if [ -e $DIR/first ]; then echo > $DIR/second; exec sleep 600; fi; $GIT "$@"; code=$?; echo > $DIR/first; exit $code',
    )
    const gitferry = await start({ git })
    const { id: repo_id } = await gitferry.repos.register({ path: sandbox.clonePath })
    const task = await gitferry.sync.tasks.create({
      repo_id,
      mode: 'mirror',
      target_remote: 'backup',
      prune: true,
    })
    const run = await gitferry.sync.tasks.run(task.id)
    await marked(marks, 'second')
    const ended = await gitferry.sync.runs.cancel(run.id)
    expect(ended).toMatchObject({ status: 'canceled', refs_changed: 1 })
    const outcomes = new Map(ended.refs.map((ref) => [ref.target_ref, ref]))
    expect(outcomes.get('refs/heads/feature')).toMatchObject({ action: 'delete', outcome: 'updated' })
    // the push was cut off: the remote may still be at it
    expect(outcomes.get('refs/heads/feature/login')).toMatchObject({
      outcome: 'failed',
      failure_class: 'network',
    })
    expect(sandbox.oidOf(sandbox.bareBackupPath, 'feature')).toBe('')
    const { items } = await gitferry.sync.kept.list({ run_id: run.id })
    expect(items).toMatchObject([{ ref: 'refs/heads/feature', oid: theirs, became_oid: null }])
  })

  it('is a failure where the target was asked and has it not', async () => {
    const { git, marks } = wrapped('push', 'echo > $DIR/begun; exec sleep 600')
    const gitferry = await start({ git })
    const run = await gitferry.sync.tasks.run(await makeTask(gitferry))
    await marked(marks, 'begun')
    await gitferry.sync.runs.cancel(run.id)
    expect(await auditOf(gitferry, 'sync')).toEqual([{ result: 'failure', error_code: 'ABORTED' }])
  })
})

describe('canceling a run that nobody works on', () => {
  it('ends one that waits, also after a restart', async () => {
    const storage = memoryStorage()
    const before = await start({ storage: lasting(storage), queue: forgetful })
    const run = await before.sync.tasks.run(await makeTask(before))
    await before.stop()
    const gitferry = await start({ storage: lasting(storage), queue: forgetful })
    expect(await gitferry.sync.runs.get(run.id)).toMatchObject({ status: 'pending' })
    const finished: number[] = []
    gitferry.on('run.finished', ({ run }) => void finished.push(run.id))
    expect(await gitferry.sync.runs.cancel(run.id)).toMatchObject({ status: 'canceled', started_at: null })
    expect(finished).toEqual([run.id])
    expect(await auditOf(gitferry, 'cancel')).toEqual([{ result: 'success', error_code: null }])
    await gitferry.stop()
    // a start takes up what is unfinished, and this is not
    const after = await start({ storage: lasting(storage) })
    expect(await after.sync.runs.wait(run.id)).toMatchObject({ status: 'canceled', attempt: 1 })
  })

  it('ends one that was left behind while it ran, and says that its effect is not known', async () => {
    const storage = memoryStorage()
    const gitferry = await start({ storage, queue: forgetful })
    const run = await gitferry.sync.tasks.run(await makeTask(gitferry))
    const at = new Date().toISOString()
    await storage.collection('runs').update(run.id, { status: 'running', started_at: at })
    await storage.collection('audit_intents').insert({
      ...{ type: 'sync', object_type: 'run', object_id: run.id, operator: 'system', details: {} },
      ...{ ip: null, user_agent: null, request_id: null, created_at: at },
    })
    expect((await gitferry.sync.runs.cancel(run.id)).status).toBe('canceled')
    expect(await auditOf(gitferry, 'cancel')).toEqual([{ result: 'success', error_code: null }])
    expect(await auditOf(gitferry, 'sync')).toEqual([{ result: 'unknown', error_code: null }])
    expect(await storage.collection('audit_intents').find()).toEqual([])
  })
})

describe('a stop while a run is being canceled', () => {
  it('ends, and lets the caller go, although the run never ended', async () => {
    const storage = memoryStorage()
    const asked = Promise.withResolvers<void>()
    const cancel = async () => {
      asked.resolve()
      return true
    }
    const gitferry = await start({ storage, queue: { ...forgetful, cancel } })
    const run = await gitferry.sync.tasks.run(await makeTask(gitferry))
    await storage.collection('runs').update(run.id, { status: 'running' })
    const canceling = gitferry.sync.runs.cancel(run.id).catch((error: unknown) => error)
    await asked.promise
    await gitferry.stop({ graceful: false })
    expect(await canceling).toMatchObject({ code: 'CLOSED' })
  })
})
