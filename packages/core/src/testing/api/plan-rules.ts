import assert from 'node:assert/strict'
import { plan as planSchema } from '../../contract/plan.ts'
import { isRecord, mainToBackup } from './records.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

/** Both sides get a commit of their own on top of what they had in common. */
export function diverge({ sandbox }: ApiSubject): { ours: string; theirs: string } {
  return {
    ours: sandbox.commit(sandbox.originPath, 'main', 'only in origin\n'),
    theirs: sandbox.commit(sandbox.bareBackupPath, 'main', 'only in backup\n'),
  }
}

export const planRules: ApiRules = {
  'a new branch is planned as create, and nothing is changed': async (subject) => {
    const { api, sandbox } = subject
    const { id, repo_id } = await mainToBackup(subject)
    const refs = sandbox.git(sandbox.clonePath, 'for-each-ref')
    const plan = await api.sync.tasks.plan(id)
    isRecord(planSchema, plan)
    assert.equal(plan.task_id, id)
    assert.equal(plan.repo_id, repo_id)
    const [update, ...others] = plan.updates
    assert.deepEqual(others, [])
    const { reason, ahead, behind, ...planned } = update!
    assert.deepEqual(planned, {
      action: 'create',
      source_ref: 'refs/heads/main',
      target_ref: 'refs/heads/main',
      old_oid: null,
      new_oid: sandbox.oidOf(sandbox.originPath, 'main'),
    })
    assert.equal(sandbox.git(sandbox.bareBackupPath, 'for-each-ref'), '')
    assert.equal(sandbox.git(sandbox.clonePath, 'for-each-ref'), refs)
    assert.equal((await api.sync.runs.list()).total, 0)
    assert.equal((await api.sync.tasks.get(id)).last_run_at, null)
  },

  'a later commit is planned as fast-forward': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject, { target_branch: 'copy' })
    await api.sync.tasks.run(id, { wait: true })
    const old_oid = sandbox.oidOf(sandbox.originPath, 'main')
    sandbox.commit(sandbox.originPath, 'main', 'third\n')
    const new_oid = sandbox.commit(sandbox.originPath, 'main', 'fourth\n')
    const { updates } = await api.sync.tasks.plan(id)
    assert.equal(updates.length, 1)
    const { reason, ...planned } = updates[0]!
    assert.deepEqual(planned, {
      action: 'fast-forward',
      source_ref: 'refs/heads/main',
      target_ref: 'refs/heads/copy',
      old_oid,
      new_oid,
      ahead: 2,
      behind: 0,
    })
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'copy'), old_oid)
  },

  'sides in step are planned as no update': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    await api.sync.tasks.run(id, { wait: true })
    assert.deepEqual((await api.sync.tasks.plan(id)).updates, [])
  },

  'sides that have diverged are planned by the policy, and nothing is changed': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject)
    await api.sync.tasks.run(id, { wait: true })
    const { ours, theirs } = diverge(subject)
    const table = { reject: 'conflict', overwrite: 'force', skip: 'skip' } as const
    for (const [on_diverge, action] of Object.entries(table)) {
      await api.sync.tasks.update(id, { on_diverge: on_diverge as keyof typeof table })
      const { updates } = await api.sync.tasks.plan(id)
      assert.equal(updates.length, 1)
      const { reason, ...planned } = updates[0]!
      assert.notEqual(reason, '')
      assert.deepEqual(planned, {
        action,
        source_ref: 'refs/heads/main',
        target_ref: 'refs/heads/main',
        old_oid: theirs,
        new_oid: ours,
        ahead: 1,
        behind: 1,
      })
      assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), theirs)
    }
  },
}
