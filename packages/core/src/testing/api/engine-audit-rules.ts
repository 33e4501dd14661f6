import assert from 'node:assert/strict'
import { entriesOf, failure, success } from './audit-rules.ts'
import { diverge } from './plan-rules.ts'
import { mainToBackup } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

/** What plans, restores, pauses and clones leave in the audit log. */
export const engineAuditRules: ApiRules = {
  'what is done with plans, with what is kept, and to pause a task leaves one entry each': async (
    subject,
  ) => {
    const { api } = subject
    const task = await mainToBackup(subject, { on_diverge: 'overwrite' })
    const first = await api.sync.tasks.plan(task.id)
    await api.sync.plans.apply(first.id, { wait: true })
    diverge(subject)
    const second = await api.sync.tasks.plan(task.id)
    const run = await api.sync.plans.apply(second.id, { wait: true })
    await api.sync.runs.restore(run.id, {}, { wait: true })
    await api.sync.tasks.resume(task.id)
    await api.sync.tasks.pause(task.id)
    await refuses(api.sync.plans.apply(first.id), 'PLAN_CLOSED')
    await refuses(api.sync.runs.restore(run.id, { refs: ['refs/heads/x'] }), 'KEPT_REF_NOT_FOUND')
    await api.sync.plans.list()
    await api.sync.kept.list()
    // runs have entries of their own
    const entries = (await entriesOf(api)).filter(({ type }) => type !== 'sync')
    assert.deepEqual(entries.slice(0, -2), [
      failure('restore', 'run', run.id, 'KEPT_REF_NOT_FOUND'),
      failure('apply', 'plan', first.id, 'PLAN_CLOSED'),
      success('pause', 'task', task.id),
      success('resume', 'task', task.id),
      success('restore', 'run', run.id),
      success('apply', 'plan', second.id),
      success('plan', 'task', task.id),
      success('apply', 'plan', first.id),
      success('plan', 'task', task.id),
    ])
  },

  'a clone leaves one entry when it is asked for and one when it ends; creating and canceling leave one':
    async ({ api, sandbox }) => {
      const { id } = await api.repos.create({ name: 'mine' })
      const good = await api.repos.clone({ url: sandbox.originPath })
      const { repo_id } = await api.jobs.wait(good.id)
      const bad = await api.repos.clone({ url: sandbox.plainFolderPath })
      const { error_code } = await api.jobs.wait(bad.id)
      const release = sandbox.holdFetches()
      const held = await api.repos.clone({ url: sandbox.originPath, name: 'held' })
      await api.jobs.cancel(held.id)
      release()
      await refuses(api.jobs.cancel(good.id), 'JOB_FINISHED')
      await refuses(api.repos.clone({ url: sandbox.originPath, name: 'mine' }), 'REPO_EXISTS')
      await refuses(api.repos.create({ name: 'mine' }), 'REPO_EXISTS')
      await api.jobs.list()
      assert.deepEqual(await entriesOf(api), [
        failure('create', 'repo', null, 'REPO_EXISTS'),
        failure('create', 'job', null, 'REPO_EXISTS'),
        failure('cancel', 'job', good.id, 'JOB_FINISHED'),
        success('cancel', 'job', held.id),
        success('create', 'job', held.id),
        failure('create', 'repo', null, error_code ?? ''),
        success('create', 'job', bad.id),
        success('create', 'repo', repo_id),
        success('create', 'job', good.id),
        success('create', 'repo', id),
      ])
    },
}
