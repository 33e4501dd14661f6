import assert from 'node:assert/strict'
import { run as runSchema } from '../../contract/run.ts'
import { isRecord, mainToBackup } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

export const retryRules: ApiRules = {
  'a retry is a run of its own, answered as a run that is asked for': async (subject) => {
    const { api } = subject
    const { id, repo_id } = await mainToBackup(subject)
    const first = await api.sync.tasks.run(id, { wait: true })
    const again = await api.sync.runs.retry(first.id)
    isRecord(runSchema, again)
    assert.notEqual(again.id, first.id)
    const { task_id, trigger, status, attempt } = again
    assert.deepEqual(
      { task_id, repo_id: again.repo_id, trigger, status, attempt },
      { task_id: id, repo_id, trigger: 'retry', status: 'pending', attempt: 1 },
    )
    assert.equal((await api.sync.runs.wait(again.id)).status, 'success')
    assert.deepEqual((await api.sync.runs.get(first.id)).finished_at, first.finished_at)
    const { items } = await api.audit.list({ type: 'retry' })
    assert.deepEqual(
      items.map(({ object_type, object_id, result, details }) => ({
        object_type,
        object_id,
        result,
        run_id: details.run_id,
      })),
      [{ object_type: 'run', object_id: first.id, result: 'success', run_id: again.id }],
    )
  },

  'a run that failed can succeed on a retry': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject, { source_branch: 'main', target_branch: 'copy' })
    sandbox.git(sandbox.originPath, 'update-ref', 'refs/heads/aside', 'refs/heads/main')
    sandbox.git(sandbox.originPath, 'update-ref', '-d', 'refs/heads/main')
    const failed = await api.sync.tasks.run(id, { wait: true })
    assert.equal(failed.status, 'failed')
    sandbox.git(sandbox.originPath, 'update-ref', 'refs/heads/main', 'refs/heads/aside')
    const { id: again } = await api.sync.runs.retry(failed.id)
    assert.equal((await api.sync.runs.wait(again)).status, 'success')
    assert.equal((await api.sync.runs.get(failed.id)).status, 'failed')
  },

  'a canceled run can be retried': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const { id: runId } = await api.sync.tasks.run(id)
    await api.sync.runs.cancel(runId)
    release()
    const { id: again } = await api.sync.runs.retry(runId)
    assert.equal((await api.sync.runs.wait(again)).status, 'success')
  },

  'a task that is to run already is not asked twice': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject)
    const ended = await api.sync.tasks.run(id, { wait: true })
    sandbox.commit(sandbox.originPath, 'main', 'something to push')
    const release = sandbox.holdPushes()
    const { id: under } = await api.sync.tasks.run(id)
    while ((await api.sync.runs.get(under)).status === 'pending') await new Promise(setImmediate)
    const asked = await Promise.all([1, 2, 3].map(() => api.sync.runs.retry(ended.id)))
    assert.equal(new Set(asked.map((run) => run.id)).size, 1)
    release()
    assert.equal((await api.sync.runs.wait(asked[0]!.id)).status, 'success')
  },

  'a run that has not ended is refused': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const { id: runId } = await api.sync.tasks.run(id)
    await refuses(api.sync.runs.retry(runId), 'RUN_NOT_FINISHED')
    assert.equal((await api.sync.runs.list()).total, 1)
    await api.sync.runs.cancel(runId)
    release()
  },

  'a run whose task was deleted is refused': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    await api.sync.tasks.delete(id)
    await refuses(api.sync.runs.retry(run.id), 'TASK_NOT_FOUND')
    const { items } = await api.audit.list({ type: 'retry' })
    assert.deepEqual(
      items.map(({ result, error_code }) => ({ result, error_code })),
      [{ result: 'failure', error_code: 'TASK_NOT_FOUND' }],
    )
  },

  'neither can be done with a run that there is not': async ({ api }) => {
    for (const call of [api.sync.runs.cancel, api.sync.runs.retry]) {
      await refuses(call.call(api.sync.runs, 999), 'RUN_NOT_FOUND', { field: 'id' })
      await refuses(call.call(api.sync.runs, 0), 'INVALID_INPUT', { field: 'id' })
    }
    const { total } = await api.audit.list({ object_type: 'run' })
    assert.equal(total, 4)
  },
}
