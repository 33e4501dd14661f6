import assert from 'node:assert/strict'
import { keptRef as keptRefSchema } from '../../contract/kept-ref.ts'
import { diverge } from './plan-rules.ts'
import { collect, isRecord, mainToBackup } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

/** A task that has overwritten the backup's main: what was there, and what is there now. */
async function overwritten(subject: ApiSubject) {
  const { api } = subject
  const task = await mainToBackup(subject, { on_diverge: 'overwrite' })
  await api.sync.tasks.run(task.id, { wait: true })
  const { ours, theirs } = diverge(subject)
  const run = await api.sync.tasks.run(task.id, { wait: true })
  assert.equal(run.status, 'success')
  return { task, run, ours, theirs }
}

export const keptRules: ApiRules = {
  'what a run overwrites is kept and listed': async (subject) => {
    const { api } = subject
    const { task, run, ours, theirs } = await overwritten(subject)
    const { items } = await api.sync.kept.list({ repo_id: task.repo_id })
    assert.equal(items.length, 1)
    isRecord(keptRefSchema, items[0])
    const { run_id, ref, oid, became_oid, target_remote, restored_by_run_id } = items[0]!
    assert.deepEqual(
      { run_id, ref, oid, became_oid, target_remote, restored_by_run_id },
      {
        run_id: run.id,
        ref: 'refs/heads/main',
        oid: theirs,
        became_oid: ours,
        target_remote: 'backup',
        restored_by_run_id: null,
      },
    )
    assert.deepEqual(await collect(api.sync.kept.all({ run_id: run.id })), items)
    assert.equal((await api.sync.kept.list({ task_id: task.id + 1 })).total, 0)
  },

  'a conflict and a fast-forward keep nothing': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    await api.sync.tasks.run(id, { wait: true })
    diverge(subject)
    await api.sync.tasks.run(id, { wait: true })
    assert.equal((await api.sync.kept.list()).total, 0)
  },

  'restore puts the old value back, keeps what was there meanwhile, and pauses the task': async (subject) => {
    const { api, sandbox } = subject
    const { task, run, ours, theirs } = await overwritten(subject)
    const restored = await api.sync.runs.restore(run.id, {}, { wait: true })
    assert.equal(restored.status, 'success')
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), theirs)
    const { paused_at, paused_reason } = await api.sync.tasks.get(task.id)
    assert.ok(paused_at && paused_reason)
    const kept = await collect(api.sync.kept.all())
    assert.deepEqual(
      kept.map(({ run_id, oid, restored_by_run_id }) => [run_id, oid, restored_by_run_id]),
      [
        [restored.id, ours, null],
        [run.id, theirs, restored.id],
      ],
    )
  },

  'restore is refused where the target moved on, unless it is to overwrite': async (subject) => {
    const { api, sandbox } = subject
    const { run, theirs } = await overwritten(subject)
    const later = sandbox.commit(sandbox.bareBackupPath, 'main', 'later\n')
    await refuses(api.sync.runs.restore(run.id), 'RESTORE_REFUSED')
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), later)
    const restored = await api.sync.runs.restore(run.id, { overwrite: true }, { wait: true })
    assert.equal(restored.status, 'success')
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), theirs)
  },

  'a run that kept nothing, and a ref that it did not keep, cannot be restored': async (subject) => {
    const { api } = subject
    const { run } = await overwritten(subject)
    await refuses(api.sync.runs.restore(run.id - 1), 'KEPT_REF_NOT_FOUND')
    await refuses(api.sync.runs.restore(run.id, { refs: ['refs/heads/other'] }), 'KEPT_REF_NOT_FOUND')
  },

  'what was kept outlives the repository’s record, and goes with it only when that is asked for': async (
    subject,
  ) => {
    const { api } = subject
    const { task } = await overwritten(subject)
    await api.sync.tasks.delete(task.id)
    await api.repos.delete(task.repo_id)
    assert.equal((await api.sync.kept.list({ repo_id: task.repo_id })).total, 1)
    const { task: again } = await overwritten(subject)
    await api.sync.tasks.delete(again.id)
    await api.repos.delete(again.repo_id, { drop_kept: true })
    assert.equal((await api.sync.kept.list({ repo_id: again.repo_id })).total, 0)
    assert.equal((await api.sync.kept.list({ repo_id: task.repo_id })).total, 1, 'of another record')
  },
}
