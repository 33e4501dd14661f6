import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Gitferry, SyncTask } from '@gitferry/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from '../services/key-world.ts'

let world: KeyWorld
/** Of the clone alone, whose remotes are paths of this machine. */
let caller: Gitferry
let ids: { readonly mine: number; readonly theirs: number }
/** From `origin`, which is a repository of others, and to it. */
let from: SyncTask
let to: SyncTask

const places = { source_branch: 'main', target_branch: 'copy' } as const
const fromOrigin = { ...places, source_remote: 'origin', target_remote: 'local' } as const
const toOrigin = {
  ...places,
  source_remote: 'local',
  target_remote: 'origin',
  on_diverge: 'overwrite',
  require_approval: true,
} as const

beforeAll(async () => {
  world = await keyWorld()
  const { api, sandbox } = world
  const { id: mine } = await api.repos.register({ path: sandbox.clonePath })
  const { id: theirs } = await api.repos.register({ path: sandbox.originPath })
  ids = { mine, theirs }
  from = await api.sync.tasks.create({ repo_id: mine, ...fromOrigin })
  to = await api.sync.tasks.create({ repo_id: mine, ...toOrigin })
  await api.sync.tasks.run(to.id, { wait: true })
  sandbox.commit(sandbox.originPath, 'copy', 'theirs\n')
  sandbox.commit(sandbox.clonePath, 'main', 'mine\n')
  caller = api.as({ user: 'of mine', scope: 'write', repoIds: [mine] })
})
afterAll(() => world[Symbol.asyncDispose]())

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'allowed',
    (error: unknown) => error,
  )
const forbidden = expect.objectContaining({
  code: 'FORBIDDEN',
  message: expect.stringContaining('a repository on this machine that the caller may not reach'),
})

describe('a remote whose path is a repository of others', () => {
  it('cannot be used by who is restricted, whatever they ask for, and nothing comes or goes by it', async () => {
    const { api, sandbox } = world
    const plan = await api.sync.tasks.plan(to.id)
    const run = await api.sync.tasks.run(to.id, { wait: true })
    await api.sync.plans.apply(run.plan_id ?? plan.id, { wait: true })
    const [kept] = (await api.sync.kept.list()).items
    await api.sync.tasks.pause(from.id)
    sandbox.commit(sandbox.clonePath, 'main', 'more\n')
    const open = await api.sync.tasks.plan(to.id)
    const before = { refs: sandbox.git(sandbox.originPath, 'for-each-ref'), runs: await api.sync.runs.list() }
    await world.takeEntries()
    const { remotes } = caller.repos
    const { plans, runs, tasks } = caller.sync
    const asked: Readonly<Record<string, () => Promise<unknown>>> = {
      'tasks.create, from': () => tasks.create({ repo_id: ids.mine, ...fromOrigin, target_branch: 'other' }),
      'tasks.create, to': () => tasks.create({ repo_id: ids.mine, ...toOrigin, target_branch: 'other' }),
      'tasks.update': () => tasks.update(from.id, { cron_expression: '@hourly' }),
      'tasks.run, from': () => tasks.run(from.id),
      'tasks.run, to': () => tasks.run(to.id),
      'tasks.plan': () => tasks.plan(from.id),
      'tasks.resume': () => tasks.resume(from.id),
      'plans.apply': () => plans.apply(open.id),
      'runs.retry': () => runs.retry(run.id),
      'runs.restore': () => runs.restore(kept!.run_id, { overwrite: true }),
      'remotes.test': () => remotes.test(ids.mine, 'origin'),
    }
    for (const [name, ask] of Object.entries(asked)) {
      expect(await failure(ask()), name).toEqual(forbidden)
    }
    expect(sandbox.git(sandbox.originPath, 'for-each-ref')).toBe(before.refs)
    expect(await api.sync.runs.list()).toEqual(before.runs)
    expect((await api.sync.tasks.get(from.id)).paused_at).not.toBeNull()
    const entries = (await world.takeEntries()).filter(({ operator }) => operator === 'of mine')
    expect(entries).toHaveLength(Object.keys(asked).length)
    expect(new Set(entries.map(({ error_code }) => error_code))).toEqual(new Set(['FORBIDDEN']))
  })

  it('is the same by a link to it, and by its worktree', async () => {
    const { api, sandbox } = world
    const link = join(sandbox.root, 'link-to-origin')
    symlinkSync(sandbox.originPath, link)
    const worktree = join(sandbox.root, 'worktree-of-origin')
    sandbox.git(sandbox.originPath, 'worktree', 'add', '-q', '--detach', worktree, 'main')
    for (const [name, url] of Object.entries({ link, worktree, hidden: join(worktree, '.git') })) {
      await api.repos.remotes.add(ids.mine, { name, fetch_url: url })
      const input = { repo_id: ids.mine, ...fromOrigin, source_remote: name }
      expect(await failure(caller.sync.tasks.create(input)), name).toEqual(forbidden)
    }
  })

  it('is for who may reach that repository as well', async () => {
    const both = world.api.as({ user: 'of both', scope: 'write', repoIds: [ids.mine, ids.theirs] })
    expect(await both.repos.remotes.test(ids.mine, 'origin')).toMatchObject({ success: true })
    expect(await both.sync.tasks.run(from.id, { wait: true })).toMatchObject({ status: 'success' })
  })
})

it('a path that is no registered repository is a remote like any other', async () => {
  const input = { repo_id: ids.mine, ...toOrigin, require_approval: false, target_remote: 'backup' }
  const task = await caller.sync.tasks.create(input)
  await caller.sync.tasks.plan(task.id)
  expect(await caller.sync.tasks.run(task.id, { wait: true })).toMatchObject({ status: 'success' })
  expect(await caller.repos.remotes.test(ids.mine, 'backup')).toMatchObject({ success: true })
})

it('who is restricted is not told where kept values lie, nor that a task was deleted that is out of reach', async () => {
  const { api } = world
  const input = { repo_id: ids.mine, ...toOrigin, require_approval: false, target_remote: 'backup' }
  const { sandbox } = world
  const task = await api.sync.tasks.create({ ...input, target_branch: 'kept' })
  await api.sync.tasks.run(task.id, { wait: true })
  sandbox.commit(sandbox.bareBackupPath, 'kept', 'theirs\n')
  sandbox.commit(sandbox.clonePath, 'main', 'again\n')
  const { id } = await api.sync.tasks.run(task.id, { wait: true })
  sandbox.commit(sandbox.clonePath, 'main', 'and again\n')
  const { id: plan } = await api.sync.tasks.plan(task.id)
  await world.storage.collection('tasks').update(task.id, { target_repo_id: ids.theirs })
  const { plans, runs } = caller.sync
  for (const ask of [() => runs.restore(id), () => runs.retry(id), () => plans.apply(plan)]) {
    const { code, message } = (await failure(ask())) as { code: string; message: string }
    expect(code).toBe('TASK_NOT_FOUND')
    expect(message).toContain('is not there')
    expect(message).not.toContain(sandbox.dataDir)
  }
})
