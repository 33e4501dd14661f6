import assert from 'node:assert/strict'
import type { GitferryApi } from '../../contract/api/index.ts'
import { mainToBackup } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

/** Resolves once the run is at work, which it stays while pushes are held. */
async function begun(api: GitferryApi, id: number): Promise<void> {
  while ((await api.sync.runs.get(id)).status === 'pending')
    await new Promise((resolve) => setTimeout(resolve, 5))
}

export const runningRules: ApiRules = {
  'a task that runs gets exactly one follow-up run, whoever asks': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const first = await api.sync.tasks.run(id)
    await begun(api, first.id)
    const followUp = await api.sync.tasks.run(id)
    assert.notEqual(followUp.id, first.id)
    assert.equal(followUp.status, 'pending')
    const asked = await Promise.all([1, 2, 3].map(() => api.sync.tasks.run(id)))
    assert.deepEqual(
      asked.map((run) => run.id),
      [followUp.id, followUp.id, followUp.id],
    )
    release()
    assert.equal((await api.sync.runs.wait(first.id)).commit_range, sandbox.oidOf(sandbox.originPath, 'main'))
    assert.equal((await api.sync.runs.wait(followUp.id)).commit_range, '')
    assert.equal((await api.sync.runs.list()).total, 2)
  },

  'a run that goes on shows itself as running, and its log so far': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const { id: runId } = await api.sync.tasks.run(id)
    await begun(api, runId)
    const run = await api.sync.runs.get(runId)
    assert.equal(run.status, 'running')
    assert.notEqual(run.started_at, null)
    assert.equal(run.finished_at, null)
    assert.equal(run.duration_ms, null)
    assert.deepEqual((await api.sync.runs.list({ status: 'running' })).total, 1)
    const before = await api.sync.runs.log(runId)
    release()
    await api.sync.runs.wait(runId)
    const after = await api.sync.runs.log(runId)
    assert.ok(after.startsWith(before))
    assert.ok(after.length > before.length)
  },

  'two tasks of one repository never run at the same time': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id, repo_id } = await mainToBackup(subject)
    const other = await api.sync.tasks.create({ repo_id, source_branch: 'develop', target_remote: 'backup' })
    const first = await api.sync.tasks.run(id)
    await begun(api, first.id)
    const second = await api.sync.tasks.run(other.id)
    assert.equal((await api.sync.runs.get(second.id)).status, 'pending')
    release()
    const ended = await api.sync.runs.wait(second.id)
    assert.equal(ended.status, 'success')
    assert.ok((ended.started_at ?? '') >= ((await api.sync.runs.get(first.id)).finished_at ?? 'never'))
  },

  'a wait that is given up leaves the run at work': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id)
    const controller = new AbortController()
    const wait = api.sync.runs.wait(run.id, controller)
    const ended = refuses(wait, 'ABORTED')
    await begun(api, run.id)
    controller.abort()
    await ended
    assert.equal((await api.sync.runs.get(run.id)).status, 'running')
    release()
    assert.equal((await api.sync.runs.wait(run.id)).status, 'success')
  },

  'deleting a task that runs is refused, unless it is to be canceled': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id)
    await begun(api, run.id)
    await refuses(api.sync.tasks.delete(id), 'TASK_RUNNING')
    await refuses(api.sync.tasks.delete(id, { cancel: false }), 'TASK_RUNNING')
    assert.equal((await api.sync.tasks.get(id)).id, id)
    assert.equal((await api.sync.runs.get(run.id)).status, 'running')
    assert.deepEqual(await api.sync.tasks.delete(id, { cancel: true }), { id, deleted: true })
    assert.equal((await api.sync.runs.wait(run.id)).status, 'canceled')
    await refuses(api.sync.tasks.get(id), 'TASK_NOT_FOUND')
    assert.equal((await api.sync.runs.list({ task_id: id })).total, 1)
    release()
  },
}
