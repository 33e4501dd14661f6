import assert from 'node:assert/strict'
import { mirrorToBackup, refsOf, runToEnd } from './mirror-rules.ts'
import { collect, mainToBackup } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

export const planApplyRules: ApiRules = {
  'a stored plan is applied exactly: what came later is left': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mirrorToBackup(subject, { tags: false })
    const plan = await api.sync.tasks.plan(id)
    sandbox.git(sandbox.originPath, 'branch', 'later', 'main')
    const run = await api.sync.plans.apply(plan.id, { wait: true })
    assert.deepEqual([run.status, run.plan_id, run.trigger], ['success', plan.id, 'manual'])
    const landed = Object.fromEntries(plan.updates.map(({ target_ref, new_oid }) => [target_ref, new_oid]))
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), landed)
  },

  'when the source moved since, nothing of a plan is applied, and it says what moved': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mirrorToBackup(subject)
    const plan = await api.sync.tasks.plan(id)
    sandbox.commit(sandbox.originPath, 'develop', 'later\n')
    const run = await api.sync.plans.apply(plan.id, { wait: true })
    assert.deepEqual([run.status, run.error_code, run.refs_changed], ['failed', 'PLAN_STALE', 0])
    assert.match(run.error_message ?? '', /refs\/heads\/develop/)
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), {})
    assert.equal((await api.sync.plans.get(plan.id)).status, 'stale')
    await refuses(api.sync.plans.apply(plan.id), 'PLAN_CLOSED')
  },

  'when the target moved since, nothing of a plan is applied': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mirrorToBackup(subject)
    await runToEnd(subject, id)
    sandbox.commit(sandbox.originPath, 'develop', 'later\n')
    sandbox.commit(sandbox.originPath, 'main', 'later\n')
    const plan = await api.sync.tasks.plan(id)
    sandbox.commit(sandbox.bareBackupPath, 'main', 'somebody else\n')
    const before = refsOf(subject, sandbox.bareBackupPath)
    const run = await api.sync.plans.apply(plan.id, { wait: true })
    assert.equal(run.error_code, 'PLAN_STALE')
    assert.deepEqual(refsOf(subject, sandbox.bareBackupPath), before)
  },

  'a new plan of a task takes the place of its open one, and so does a change of the task': async (
    subject,
  ) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const first = await api.sync.tasks.plan(id)
    const second = await api.sync.tasks.plan(id)
    assert.equal((await api.sync.plans.get(first.id)).status, 'superseded')
    await api.sync.tasks.update(id, { target_branch: 'elsewhere' })
    assert.equal((await api.sync.plans.get(second.id)).status, 'superseded')
    await refuses(api.sync.plans.apply(second.id), 'PLAN_CLOSED')
  },

  'plans are listed newest first, by task and by status': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const ids = [(await api.sync.tasks.plan(id)).id, (await api.sync.tasks.plan(id)).id]
    const page = await api.sync.plans.list({ task_id: id })
    assert.deepEqual(
      page.items.map((plan) => plan.id),
      ids.toReversed(),
    )
    assert.deepEqual(
      (await api.sync.plans.list({ status: 'open' })).items.map((plan) => plan.id),
      [ids[1]],
    )
    assert.deepEqual(
      (await collect(api.sync.plans.all({ task_id: id }))).map((plan) => plan.id),
      ids.toReversed(),
    )
    assert.equal((await api.sync.plans.list({ task_id: id + 1 })).total, 0)
  },

  'an empty plan is nothing to apply': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    await api.sync.tasks.run(id, { wait: true })
    const { id: planId, updates } = await api.sync.tasks.plan(id)
    assert.deepEqual(updates, [])
    await refuses(api.sync.plans.apply(planId), 'PLAN_CLOSED')
  },
}
