import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunTrigger, SyncTaskRow } from '../../src/contract/index.ts'
import { storePlan, supersedePlans } from '../../src/services/store-plan.ts'
import { newRemote, newRepo } from '../../src/testing/storage/rows.ts'
import { type RunParts, runParts } from './run-parts.ts'

let parts: RunParts
beforeEach(async () => {
  parts = await runParts()
})
afterEach(() => parts.close())

const move = (task: SyncTaskRow, places: Partial<SyncTaskRow>) =>
  parts.storage.collection('tasks').update(task.id, places)

/** A run as its trigger makes it, not handed over. */
const accept = async (task: SyncTaskRow, trigger: RunTrigger) => {
  const { run } = await parts.storage.transaction((session) => parts.queue.accept(session, task, trigger))
  return run
}

const store = (task: SyncTaskRow) =>
  parts.storage.transaction((session) =>
    storePlan(session, { task, updates: [], stop: null, runId: null, createdAt: task.created_at }),
  )

/** A run that is under way in a repository, and holds up the others there. */
async function occupy(repo_id: number): Promise<number> {
  const task = await parts.addTask({ repo_id, target_repo_id: repo_id })
  const { id } = await parts.tasks.run(task.id)
  await parts.until('it has begun', () => parts.running.has(id))
  return id
}

describe('a task that goes to another repository while its run waits', () => {
  it('never has two runs at work in one store', async () => {
    const [first, second] = [await occupy(1), await occupy(2)]
    const task = await parts.addTask({ repo_id: 1 })
    const run = await parts.tasks.run(task.id)
    await move(task, { repo_id: 2, target_repo_id: 2 })
    await parts.end(first)
    await parts.until('it waits anew', async () => (await parts.runOf(run.id)).repo_id === 2)
    await parts.until('it is in the queue', () => parts.adapter.size().waiting === 1)
    expect(await parts.runOf(run.id)).toMatchObject({ status: 'pending', target_repo_id: 2, attempt: 1 })
    expect([...parts.running.keys()]).toEqual([second])
    await parts.end(second)
    await parts.until('it has begun', () => parts.running.has(run.id))
    expect(parts.begun.at(-1)).toMatchObject({ id: run.id, key: 'repo:2' })
  })

  it('has its run taken up there after a crash in between', async () => {
    await parts.adapter.stop({ timeoutMs: 0 })
    const task = await parts.addTask({ repo_id: 1 })
    const { id } = await accept(task, 'manual')
    await move(task, { repo_id: 2 })
    // the queue, which has stopped, takes nothing any more
    expect(await parts.pendingRuns.claim({ id, key: 'repo:1' })).toBeUndefined()
    expect(await parts.pendingRuns.recover()).toMatchObject([{ id, status: 'pending', repo_id: 2 }])
    expect(await parts.pendingRuns.claim({ id, key: 'repo:2' })).toMatchObject({ run: { status: 'running' } })
  })

  it('counts at the hosts that it goes to by then', async () => {
    const remotes = parts.storage.collection('remotes')
    for (const name of ['old', 'new']) {
      const url = `https://${name}.example/a.git`
      await remotes.insert({ ...newRemote(1, name), fetch_url: url, push_url: url })
    }
    const blocker = await occupy(1)
    const task = await parts.addTask({ source_remote: 'local', target_remote: 'old' })
    const { id } = await parts.tasks.run(task.id)
    await move(task, { target_remote: 'new' })
    await parts.end(blocker)
    await parts.until('it has begun', () => parts.running.has(id))
    expect(parts.begun.at(-1)).toMatchObject({ id, hosts: ['new.example'] })
  })
})

describe('a caller who may not reach where a task went before', () => {
  /** A task of repository 1 with a run of when its target was repository 2. */
  async function came(trigger: RunTrigger) {
    const task = await parts.addTask({ repo_id: 1, target_repo_id: 2 })
    const run = await accept(task, trigger)
    await move(task, { target_repo_id: 1 })
    return { task, run }
  }

  it('is answered with the run that waits already, which is one of the repositories of now', async () => {
    const blocker = await occupy(1)
    const { task, run } = await came('cron')
    expect(await parts.tasksWithin(1).run(task.id)).toMatchObject({ id: run.id, target_repo_id: 1 })
    expect(await parts.runs()).toMatchObject([{ id: blocker }, { id: run.id, priority: 3_000 }])
  })

  it('cannot delete it while it runs, and ends what waits where they do', async () => {
    const task = await parts.addTask({ repo_id: 1, target_repo_id: 2 })
    const { id } = await parts.tasks.run(task.id)
    await parts.until('it has begun', () => parts.running.has(id))
    const waiting = await accept(task, 'webhook')
    await move(task, { target_repo_id: 1 })
    const caller = parts.tasksWithin(1)
    await expect(caller.delete(task.id)).rejects.toMatchObject({ code: 'TASK_RUNNING' })
    parts.listen('run.finished')
    await caller.delete(task.id, { cancel: true })
    expect(await parts.runOf(waiting.id)).toMatchObject({ status: 'canceled' })
    expect(parts.emitted).toMatchObject([{ name: 'run.finished', event: { run: { id: waiting.id } } }])
  })

  it('cancels by a pause what a schedule had asked for then', async () => {
    const { task, run } = await came('cron')
    await parts.tasksWithin(1).pause(task.id)
    expect(await parts.runOf(run.id)).toMatchObject({ status: 'canceled' })
  })

  it('closes by a change the plans of then too', async () => {
    await parts.storage.collection('repos').insert(newRepo('one'))
    const places = { source_remote: 'local', target_remote: 'local', target_branch: 'copy' }
    const task = await parts.addTask({ ...places, target_repo_id: 2 })
    const plan = await store(task)
    await move(task, { target_repo_id: 1 })
    await parts.tasksWithin(1).update(task.id, { name: 'new' })
    expect(await parts.storage.collection('plans').find()).toMatchObject([
      { id: plan?.plan.id, status: 'superseded' },
    ])
  })

  it('does not delete one that is taken out of their reach meanwhile, nor touch its runs', async () => {
    const task = await parts.addTask({ repo_id: 1 })
    const run = await accept(task, 'manual')
    const { transaction } = parts.storage
    parts.storage.transaction = async (work) => {
      await move(task, { target_repo_id: 2 })
      return transaction.call(parts.storage, work) as ReturnType<typeof work>
    }
    await expect(parts.tasksWithin(1).delete(task.id)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
    expect(await parts.taskOf(task.id)).toMatchObject({ target_repo_id: 2 })
    expect(await parts.runOf(run.id)).toMatchObject({ status: 'pending' })
  })
})

describe('two changes of a task at the same time', () => {
  it('are weighed together before they are stored together', async () => {
    await parts.storage.collection('repos').insert(newRepo('one'))
    const places = { source_remote: 'local', target_remote: 'local', target_branch: 'copy' }
    const { id } = await parts.addTask(places)
    const changes = await Promise.allSettled([
      parts.tasks.update(id, { source_branch: 'new' }),
      parts.tasks.update(id, { target_branch: 'new' }),
    ])
    expect(changes).toMatchObject([
      { status: 'fulfilled', value: { source_branch: 'new', target_branch: 'copy' } },
      { status: 'rejected', reason: { code: 'SAME_REF' } },
    ])
    expect(await parts.taskOf(id)).toMatchObject({ source_branch: 'new', target_branch: 'copy' })
  })

  it('are both stored where they go together', async () => {
    await parts.storage.collection('repos').insert(newRepo('one'))
    const { id } = await parts.addTask({ source_remote: 'local', target_remote: 'local', target_branch: 'b' })
    await Promise.all([
      parts.tasks.update(id, { name: 'both' }),
      parts.tasks.update(id, { target_branch: 'c' }),
    ])
    expect(await parts.taskOf(id)).toMatchObject({ name: 'both', target_branch: 'c' })
  })
})

describe('a plan', () => {
  it('of a task that was changed or deleted while it was planned is not stored', async () => {
    const [changed, gone] = [await parts.addTask(), await parts.addTask()]
    const earlier = await store(changed)
    await move(changed, { target_repo_id: 2 })
    await parts.storage.collection('tasks').delete(gone.id)
    expect(await store(changed)).toBeUndefined()
    expect(await store(gone)).toBeUndefined()
    // the earlier one is for who changed the task to close
    expect(await parts.storage.collection('plans').find()).toEqual([earlier?.plan])
  })

  it('of a task that ran or failed meanwhile is stored', async () => {
    const task = await parts.addTask()
    await move(task, { failure_count: 1, last_status: 'failed' })
    expect(await store(task)).toMatchObject({ isNew: true })
  })

  it.each([
    ['name', { name: 'new' }, 'open'],
    ['source', { source_remote: 'other', source_branch: 'other' }, 'open'],
    ['target repository', { target_repo_id: 2 }, 'superseded'],
    ['target remote', { target_remote: 'other' }, 'superseded'],
    ['repository', { repo_id: 2 }, 'superseded'],
  ] as const)(
    'of a sync is closed by a change of the %s, that of a restore only where it must',
    async (_, changes, expected) => {
      const task = await parts.addTask()
      const plans = parts.storage.collection('plans')
      const sync = (await store(task))!.plan
      const { id: _id, version: _version, ...row } = sync
      const restore = await plans.insert({ ...row, kind: 'restore', kept_run_id: 1 })
      await supersedePlans(parts.storage, task, { ...task, ...changes })
      expect((await plans.get(sync.id))?.status).toBe('superseded')
      expect((await plans.get(restore.id))?.status).toBe(expected)
    },
  )
})
