import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CreateSyncTask, RunWithRefs, SyncTask } from '../../src/contract/index.ts'
import { type KeyWorld, keyWorld } from './key-world.ts'

const main = 'refs/heads/main'

let world: KeyWorld
beforeEach(async () => {
  world = await keyWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** A task whose run has overwritten `main` of backup. */
async function overwritten(fields: Partial<CreateSyncTask> = {}): Promise<{
  readonly task: SyncTask
  readonly run: RunWithRefs
  /** What backup had, and what the run made of it. */
  readonly lost: string
  readonly made: string
}> {
  const { api, sandbox } = world
  const repo = await api.repos.register({ path: sandbox.clonePath })
  const task = await api.sync.tasks.create({
    repo_id: repo.id,
    source_branch: 'main',
    target_remote: 'backup',
    on_diverge: 'overwrite',
    ...fields,
  })
  await api.sync.tasks.run(task.id, { wait: true })
  const made = sandbox.commit(sandbox.originPath, 'main', 'only in origin\n')
  const lost = sandbox.commit(sandbox.bareBackupPath, 'main', 'only in backup\n')
  const { id } = await api.sync.tasks.run(task.id, { wait: true })
  const run = await api.sync.runs.get(id)
  expect(run.status).toBe('success')
  return { task, run, lost, made }
}

const backupMain = () => world.sandbox.oidOf(world.sandbox.bareBackupPath, 'main')
const keptUuids = (): string => join(world.sandbox.dataDir, 'kept')

describe('restoring a run', () => {
  it('puts back what it overwrote, keeps what stood there, and pauses the task', async () => {
    const { task, run, lost, made } = await overwritten({ cron_expression: '@hourly' })
    const { items } = await world.api.sync.kept.list({ run_id: run.id })
    expect(items).toMatchObject([{ ref: main, oid: lost, became_oid: made, restored_by_run_id: null }])
    const pauses: unknown[] = []
    world.api.on('task.paused', (event) => pauses.push(event))
    await world.takeEntries()
    const restored = await world.api.sync.runs.restore(run.id, {}, { wait: true })
    expect(restored.status).toBe('success')
    expect(backupMain()).toBe(lost)
    const paused = await world.api.sync.tasks.get(task.id)
    expect(paused.paused_reason).toMatch(/resume the task/)
    expect(paused.next_run_at).toBeNull()
    const about = { task_id: task.id, repo_id: task.repo_id, target_repo_id: task.target_repo_id }
    expect(pauses).toEqual([{ ...about, reason: paused.paused_reason }])
    const entries = await world.takeEntries()
    expect(entries.filter(({ type }) => type === 'restore')).toMatchObject([
      {
        object_type: 'run',
        object_id: run.id,
        result: 'success',
        details: { refs: [main], run_id: restored.id },
      },
    ])
    const plan = await world.api.sync.plans.get(restored.plan_id!)
    expect(plan).toMatchObject({ kind: 'restore', status: 'applied', applied_by_run_id: restored.id })
    const kept = await world.api.sync.kept.list()
    expect(kept.items.find((row) => row.run_id === run.id)?.restored_by_run_id).toBe(restored.id)
    expect(kept.items.find((row) => row.run_id === restored.id)).toMatchObject({ ref: main, oid: made })
  })

  it('puts it back also where the working store was made anew', async () => {
    const { run, lost } = await overwritten()
    rmSync(join(world.sandbox.dataDir, 'stores'), { recursive: true })
    const restored = await world.api.sync.runs.restore(run.id, {}, { wait: true })
    expect(restored.status).toBe('success')
    expect(backupMain()).toBe(lost)
  })

  it('is refused where the target moved on, unless it is to be overwritten', async () => {
    const { task, run, lost } = await overwritten()
    const later = world.sandbox.commit(world.sandbox.bareBackupPath, 'main', 'later\n')
    await expect(world.api.sync.runs.restore(run.id)).rejects.toMatchObject({
      code: 'RESTORE_REFUSED',
      details: { refs: [main] },
    })
    expect(backupMain()).toBe(later)
    expect((await world.api.sync.tasks.get(task.id)).paused_at).toBeNull()
    const restored = await world.api.sync.runs.restore(run.id, { overwrite: true }, { wait: true })
    expect(restored.status).toBe('success')
    expect(backupMain()).toBe(lost)
    const { items } = await world.api.sync.kept.list({ run_id: restored.id })
    expect(items).toMatchObject([{ ref: main, oid: later }])
  })

  it('is refused where everything is in its place already', async () => {
    const { run, lost } = await overwritten()
    world.sandbox.git(world.sandbox.bareBackupPath, 'update-ref', main, lost)
    await expect(world.api.sync.runs.restore(run.id)).rejects.toMatchObject({ code: 'RESTORE_REFUSED' })
  })

  it('is refused for refs that the run has not kept, naming them, and for a run that has kept nothing', async () => {
    const { task, run } = await overwritten()
    await expect(
      world.api.sync.runs.restore(run.id, { refs: [main, 'refs/heads/other'] }),
    ).rejects.toMatchObject({ code: 'KEPT_REF_NOT_FOUND', details: { refs: ['refs/heads/other'] } })
    const { items } = await world.api.sync.runs.list({ task_id: task.id })
    const first = items.at(-1)!
    await expect(world.api.sync.runs.restore(first.id)).rejects.toMatchObject({ code: 'KEPT_REF_NOT_FOUND' })
    await expect(world.api.sync.runs.restore(4_711)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    await expect(world.api.sync.runs.restore(run.id, { refs: [] })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { field: 'refs' },
    })
  })

  it('is refused where the task leads elsewhere by now', async () => {
    const { task, run } = await overwritten()
    await world.api.sync.tasks.update(task.id, { target_remote: 'local', target_branch: 'copy' })
    await expect(world.api.sync.runs.restore(run.id)).rejects.toMatchObject({
      code: 'RESTORE_REFUSED',
      details: { target_remote: 'backup' },
    })
  })

  it('says where the values lie when the task was deleted, and they can be fetched from there by hand', async () => {
    const { task, run, lost } = await overwritten()
    await world.api.sync.tasks.delete(task.id)
    const refused = await world.api.sync.runs.restore(run.id).catch((error: Error) => error)
    expect(refused).toMatchObject({ code: 'TASK_NOT_FOUND' })
    const [, place = ''] = /The values lie in (\S+), /.exec((refused as Error).message) ?? []
    const { bareBackupPath, git } = world.sandbox
    git(bareBackupPath, 'fetch', '-q', place, `refs/gitferry/kept/${run.id}/heads/main:refs/heads/saved`)
    expect(world.sandbox.oidOf(bareBackupPath, 'saved')).toBe(lost)
  })
})

describe('deleting a repository', () => {
  it('keeps what was kept, with its rows', async () => {
    const { task, run } = await overwritten()
    await world.api.sync.tasks.delete(task.id)
    await world.api.repos.delete(task.repo_id)
    expect((await world.api.sync.kept.list({ repo_id: task.repo_id })).items).toMatchObject([
      { run_id: run.id },
    ])
    const [item] = (await world.api.sync.kept.list()).items
    const [store = ''] = readdirSync(keptUuids())
    world.sandbox.git(join(keptUuids(), store), 'cat-file', '-e', item!.oid)
  })

  it('drops it when it is told to, and only then', async () => {
    const { task } = await overwritten()
    await world.api.sync.tasks.delete(task.id)
    const wrong = world.api.repos.delete(task.repo_id, { drop_kept: 'yes' as never })
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field: 'drop_kept' } })
    await world.takeEntries()
    await world.api.repos.delete(task.repo_id, { drop_kept: true })
    expect(await world.api.sync.kept.list()).toMatchObject({ items: [], total: 0 })
    expect(existsSync(keptUuids()) ? readdirSync(keptUuids()) : []).toEqual([])
    expect(await world.takeEntries()).toMatchObject([
      { type: 'delete', object_type: 'repo', details: { drop_kept: true, kept_refs: 1 } },
    ])
  })
})

it('kept values of a repository that nobody knows are an empty list', async () => {
  expect(await world.api.sync.kept.list({ repo_id: 4_711 })).toMatchObject({ items: [], total: 0 })
})

describe('applying a plan', () => {
  const planned = async (fields: Partial<CreateSyncTask> = {}) => {
    const { api, sandbox } = world
    const { id } = await api.repos.register({ path: sandbox.clonePath })
    const task = await api.sync.tasks.create({
      repo_id: id,
      source_branch: 'main',
      target_remote: 'backup',
      ...fields,
    })
    return { task, plan: await api.sync.tasks.plan(task.id) }
  }

  it('carries out exactly it, with an entry of who asked', async () => {
    const { plan } = await planned()
    await world.takeEntries()
    const run = await world.api.sync.plans.apply(plan.id, { wait: true })
    expect(run).toMatchObject({ status: 'success', plan_id: plan.id, trigger: 'manual' })
    expect(backupMain()).toBe(plan.updates[0]?.new_oid)
    expect((await world.takeEntries()).filter(({ type }) => type === 'apply')).toMatchObject([
      { object_type: 'plan', object_id: plan.id, result: 'success', details: { run_id: run.id } },
    ])
    await expect(world.api.sync.plans.apply(plan.id)).rejects.toMatchObject({ code: 'PLAN_CLOSED' })
  })

  it('is refused for one that changes nothing, and for one that is not there', async () => {
    const { task } = await planned()
    await world.api.sync.tasks.run(task.id, { wait: true })
    const empty = await world.api.sync.tasks.plan(task.id)
    expect(empty.updates).toEqual([])
    await expect(world.api.sync.plans.apply(empty.id)).rejects.toMatchObject({ code: 'PLAN_CLOSED' })
    await expect(world.api.sync.plans.apply(4_711)).rejects.toMatchObject({ code: 'PLAN_NOT_FOUND' })
  })

  it('never joins a waiting run of the task, nor does another trigger join it', async () => {
    const { task, plan } = await planned()
    const release = world.sandbox.holdPushes()
    const under = await world.api.sync.tasks.run(task.id)
    const waiting = await world.api.sync.tasks.run(task.id)
    const applied = await world.api.sync.plans.apply(plan.id)
    const again = await world.api.sync.plans.apply(plan.id)
    const asked = await world.api.sync.tasks.run(task.id)
    release()
    expect(applied.plan_id).toBe(plan.id)
    expect([under.id, waiting.id, asked.id]).not.toContain(applied.id)
    expect(again.id).toBe(applied.id)
    expect(asked.plan_id).toBeNull()
    for (const { id } of [under, waiting, applied, asked]) await world.api.sync.runs.wait(id)
  })
})
