import assert from 'node:assert/strict'
import { plan as planSchema } from '../../contract/plan.ts'
import { mirrorToBackup, refsOf, runToEnd } from './mirror-rules.ts'
import { isRecord } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

/** A pruned mirror in step, with six more branches on both sides; then the source loses them. */
async function withVanishedBranches(subject: ApiSubject) {
  const { sandbox } = subject
  for (let index = 0; index < 6; index += 1)
    sandbox.git(sandbox.originPath, 'branch', `gone/${index}`, 'main')
  const task = await mirrorToBackup(subject, { prune: true })
  await runToEnd(subject, task.id)
  for (let index = 0; index < 6; index += 1) sandbox.git(sandbox.originPath, 'branch', '-D', `gone/${index}`)
  return task
}

/** A history of its own for origin's main, as if it had been made anew. */
function recreateMain({ sandbox }: ApiSubject): string {
  const tree = sandbox.git(sandbox.originPath, 'rev-parse', 'main^{tree}')
  const oid = sandbox.git(sandbox.originPath, 'commit-tree', '-m', 'made anew', tree)
  sandbox.git(sandbox.originPath, 'update-ref', 'refs/heads/main', oid)
  return oid
}

export const guardRules: ApiRules = {
  'a run that would delete too many refs stops, and its plan says what it would have done': async (
    subject,
  ) => {
    const { api, sandbox } = subject
    const { id } = await withVanishedBranches(subject)
    const before = refsOf(subject, sandbox.bareBackupPath)
    const run = await runToEnd(subject, id)
    assert.deepEqual([run.status, run.error_code, run.failure_class], ['failed', 'MASS_DELETION', 'policy'])
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), before)
    const plan = await api.sync.plans.get(run.plan_id ?? 0)
    isRecord(planSchema, plan)
    assert.deepEqual([plan.status, plan.stopped_code, plan.run_id], ['open', 'MASS_DELETION', run.id])
    assert.equal(plan.updates.filter(({ action }) => action === 'delete').length, 6)
    const again = await runToEnd(subject, id)
    assert.equal(again.plan_id, plan.id, 'the same stop is the same plan')
  },

  'applying the plan of a stopped run is the approval': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await withVanishedBranches(subject)
    const stopped = await runToEnd(subject, id)
    const run = await api.sync.plans.apply(stopped.plan_id ?? 0, { wait: true })
    assert.deepEqual([run.status, run.plan_id, run.refs_changed], ['success', stopped.plan_id, 6])
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), refsOf(subject, sandbox.originPath))
    const plan = await api.sync.plans.get(stopped.plan_id ?? 0)
    assert.deepEqual([plan.status, plan.applied_by_run_id], ['applied', run.id])
    await refuses(api.sync.plans.apply(plan.id), 'PLAN_CLOSED')
  },

  'a source that lost all of its refs stops the run': async (subject) => {
    const { sandbox } = subject
    const { id } = await mirrorToBackup(subject, { prune: true, max_delete_percent: 100 })
    await runToEnd(subject, id)
    const before = refsOf(subject, sandbox.bareBackupPath)
    for (const ref of Object.keys(refsOf(subject, sandbox.originPath))) {
      sandbox.git(sandbox.originPath, 'update-ref', '-d', ref)
    }
    const run = await runToEnd(subject, id)
    assert.deepEqual([run.status, run.error_code], ['failed', 'EMPTY_SOURCE'])
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), before)
  },

  'a source that was made anew stops the run, also one that may overwrite': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mirrorToBackup(subject, { on_diverge: 'overwrite' })
    await runToEnd(subject, id)
    const before = refsOf(subject, sandbox.bareBackupPath)
    const anew = recreateMain(subject)
    const run = await runToEnd(subject, id)
    assert.deepEqual([run.status, run.error_code], ['failed', 'UNRELATED_HISTORY'])
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), before)
    const applied = await api.sync.plans.apply(run.plan_id ?? 0, { wait: true })
    assert.equal(applied.status, 'success')
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), anew)
  },

  'with require_approval forced updates wait for somebody, and the rest goes on': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mirrorToBackup(subject, { on_diverge: 'overwrite', require_approval: true })
    await runToEnd(subject, id)
    const theirs = sandbox.commit(sandbox.bareBackupPath, 'develop', 'only in backup\n')
    const ours = sandbox.commit(sandbox.originPath, 'develop', 'only in origin\n')
    const later = sandbox.commit(sandbox.originPath, 'main', 'later\n')
    const run = await runToEnd(subject, id)
    assert.deepEqual([run.status, run.error_code, run.refs_changed], ['partial', 'APPROVAL_REQUIRED', 1])
    const outcomes = new Map(run.refs.map(({ target_ref, outcome }) => [target_ref, outcome]))
    assert.equal(outcomes.get('refs/heads/develop'), 'held')
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'develop'), theirs)
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), later)
    const plan = await api.sync.plans.get(run.plan_id ?? 0)
    assert.deepEqual(
      plan.updates.map(({ target_ref, action }) => [target_ref, action]),
      [['refs/heads/develop', 'force']],
    )
    const applied = await api.sync.plans.apply(plan.id, { wait: true })
    assert.equal(applied.status, 'success')
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'develop'), ours)
  },
}
