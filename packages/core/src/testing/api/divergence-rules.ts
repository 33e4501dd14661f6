import assert from 'node:assert/strict'
import { diverge } from './plan-rules.ts'
import { mainToBackup } from './records.ts'
import type { ApiRules } from './subject.ts'

export const divergenceRules: ApiRules = {
  'sides that have diverged are a conflict, and the target keeps what it had': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject)
    await api.sync.tasks.run(id, { wait: true })
    const { ours, theirs } = diverge(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    assert.equal(run.status, 'conflict')
    assert.equal(run.error_code, 'SYNC_CONFLICT')
    assert.notEqual(run.error_message, '')
    assert.equal(run.refs_changed, 0)
    assert.equal(run.commit_range, '')
    const { refs } = await api.sync.runs.get(run.id)
    assert.equal(refs.length, 1)
    const { reason, ...ref } = refs[0]!
    assert.notEqual(reason, '')
    assert.deepEqual(ref, {
      source_ref: 'refs/heads/main',
      target_ref: 'refs/heads/main',
      action: 'conflict',
      old_oid: theirs,
      new_oid: ours,
      outcome: 'conflict',
      failure_class: null,
    })
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), theirs)
    assert.equal((await api.sync.tasks.get(id)).last_status, 'conflict')
  },

  'on_diverge skip leaves the target and succeeds': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject, { on_diverge: 'skip' })
    await api.sync.tasks.run(id, { wait: true })
    const { theirs } = diverge(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    assert.equal(run.status, 'success')
    assert.equal(run.refs_changed, 0)
    assert.equal((await api.sync.runs.get(run.id)).refs[0]?.outcome, 'skipped')
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), theirs)
  },

  'on_diverge overwrite moves the target': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject, { on_diverge: 'overwrite' })
    await api.sync.tasks.run(id, { wait: true })
    const { ours, theirs } = diverge(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    assert.equal(run.status, 'success')
    assert.equal(run.commit_range, `${theirs}..${ours}`)
    const [ref] = (await api.sync.runs.get(run.id)).refs
    assert.equal(ref?.action, 'force')
    assert.equal(ref?.old_oid, theirs)
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), ours)
  },

  'a target that is ahead of its source keeps what it has': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject)
    await api.sync.tasks.run(id, { wait: true })
    const theirs = sandbox.commit(sandbox.bareBackupPath, 'main', 'only in backup\n')
    const run = await api.sync.tasks.run(id, { wait: true })
    assert.equal(run.refs_changed, 0)
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), theirs)
  },
}
