import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
beforeEach(async () => {
  world = await keyWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

describe('a restore that waits while its task is changed', () => {
  const side = 'refs/heads/side'

  /** A restore of a branch that a mirror deleted at backup, held up by a run that pushes there. */
  async function waiting() {
    const { api, sandbox } = world
    const { id: repo_id } = await api.repos.register({ path: sandbox.clonePath })
    const second = await api.repos.register({ path: sandbox.secondBarePath })
    const places = { repo_id, target_remote: 'backup' }
    sandbox.commit(sandbox.originPath, 'side', 'side\n')
    const task = await api.sync.tasks.create({
      ...places,
      ...{ mode: 'mirror', refs: [side, 'refs/heads/develop'], prune: true, max_delete_percent: 100 },
    })
    await api.sync.tasks.run(task.id, { wait: true })
    sandbox.git(sandbox.originPath, 'update-ref', '-d', side)
    const { id } = await api.sync.tasks.run(task.id, { wait: true })
    const blocker = await api.sync.tasks.create({ ...places, source_branch: 'main' })
    const release = sandbox.holdPushes()
    await api.sync.tasks.run(blocker.id)
    const run = await api.sync.runs.restore(id)
    expect(run.status).toBe('pending')
    return { task, run, release, second }
  }

  const found = (path: string) => world.sandbox.oidOf(path, 'side')

  it('still puts back what its target had, where that stays the same', async () => {
    const { task, run, release } = await waiting()
    await world.api.sync.tasks.update(task.id, { name: 'other', max_delete_percent: 10 })
    release()
    expect(await world.api.sync.runs.wait(run.id)).toMatchObject({ status: 'success' })
    expect(found(world.sandbox.bareBackupPath)).not.toBe('')
  })

  it.each(['repository', 'remote'] as const)(
    'puts nothing into another %s, where the ref is not there either, nor does it when it is retried',
    async (what) => {
      const { api, sandbox, storage } = world
      const { task, run, release, second } = await waiting()
      const target_repo_id = what === 'repository' ? second.id : task.target_repo_id
      await api.sync.tasks.update(task.id, { target_repo_id, target_remote: 'local', tags: false })
      const path = what === 'repository' ? sandbox.secondBarePath : sandbox.clonePath
      release()
      expect(await api.sync.runs.wait(run.id)).toMatchObject({ status: 'failed', error_code: 'PLAN_CLOSED' })
      expect(await api.sync.plans.get(run.plan_id!)).toMatchObject({ status: 'superseded' })
      await expect(api.sync.runs.retry(run.id)).rejects.toMatchObject({ code: 'PLAN_CLOSED' })
      // as one that was stored before a change of its task closed it
      await storage.collection('plans').update(run.plan_id!, { status: 'open' })
      const { id } = await api.sync.runs.retry(run.id)
      expect(await api.sync.runs.wait(id)).toMatchObject({ status: 'failed', error_code: 'PLAN_STALE' })
      expect(await api.sync.plans.get(run.plan_id!)).toMatchObject({ status: 'stale' })
      expect(found(path)).toBe('')
    },
  )
})

it('a plan is not applied where the task has other repositories by now, and is stale then', async () => {
  const { api, sandbox } = world
  const { id: repo_id } = await api.repos.register({ path: sandbox.clonePath })
  const places = { target_remote: 'backup', target_branch: 'copy' }
  const task = await api.sync.tasks.create({ repo_id, source_branch: 'main', ...places })
  const plan = await api.sync.tasks.plan(task.id)
  const { id } = await world.api.repos.register({ path: world.sandbox.secondBarePath })
  // the branch is not there either
  const moved = { target_repo_id: id, target_remote: 'local' }
  await world.storage.collection('tasks').update(task.id, moved)
  const run = await world.api.sync.plans.apply(plan.id, { wait: true })
  expect(run).toMatchObject({ status: 'failed', error_code: 'PLAN_STALE' })
  expect(await world.api.sync.plans.get(plan.id)).toMatchObject({ status: 'stale' })
})

it('a plan of a task that is changed while it is planned is not stored', async () => {
  const { api, sandbox } = world
  const { id: repo_id } = await api.repos.register({ path: sandbox.clonePath })
  const task = await api.sync.tasks.create({ repo_id, source_branch: 'main', target_remote: 'backup' })
  const release = sandbox.holdPushes()
  const { id } = await api.sync.tasks.run(task.id)
  // it has read the task, and waits for the store
  const planning = api.sync.tasks.plan(task.id)
  await api.sync.tasks.update(task.id, { target_remote: 'local', target_branch: 'copy' })
  release()
  await expect(planning).rejects.toMatchObject({ code: 'VERSION_CONFLICT' })
  await api.sync.runs.wait(id)
  expect(await api.sync.plans.list()).toMatchObject({ items: [], total: 0 })
})

it('a plan takes the place of one that was stored when the task led to where its caller may not', async () => {
  const { api, sandbox, storage } = world
  const { id: repo_id } = await api.repos.register({ path: sandbox.clonePath })
  const task = await api.sync.tasks.create({ repo_id, source_branch: 'main', target_remote: 'backup' })
  const { id } = await api.sync.tasks.plan(task.id)
  await storage.collection('plans').update(id, { target_repo_id: 4_711 })
  await api.as({ user: 'of one', scope: 'write', repoIds: [repo_id] }).sync.tasks.plan(task.id)
  expect(await api.sync.plans.get(id)).toMatchObject({ status: 'superseded' })
})
