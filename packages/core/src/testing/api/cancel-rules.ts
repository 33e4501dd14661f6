import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GitferryApi } from '../../contract/api/index.ts'
import { runWithRefs } from '../../contract/run.ts'
import { isRecord, mainToBackup } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

/** Resolves once the run is at work, which it stays while pushes are held. */
async function begun(api: GitferryApi, id: number): Promise<void> {
  while ((await api.sync.runs.get(id)).status === 'pending') await sleep(5)
}

const entriesOf = async (api: GitferryApi) => {
  const { items } = await api.audit.list({ type: 'cancel' })
  return items.map(({ object_type, object_id, result, error_code }) => ({
    object_type,
    object_id,
    result,
    error_code,
  }))
}

const entry = (object_id: number, error_code: string | null = null) => ({
  object_type: 'run',
  object_id,
  result: error_code === null ? 'success' : 'failure',
  error_code,
})

export const cancelRules: ApiRules = {
  'a run under way is given up, and answered once it has ended': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id)
    await begun(api, run.id)
    const canceled = await api.sync.runs.cancel(run.id)
    isRecord(runWithRefs, canceled)
    assert.equal(canceled.status, 'canceled')
    assert.notEqual(canceled.finished_at, null)
    assert.deepEqual(await api.sync.runs.get(run.id), canceled)
    assert.match(await api.sync.runs.log(run.id), /canceled\n$/)
    assert.deepEqual(await entriesOf(api), [entry(run.id)])
    release()
    // nothing of it is left: not the ref, not a lock that would stop the next one
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), '')
    assert.equal((await api.sync.tasks.run(id, { wait: true })).status, 'success')
  },

  'a waiting run ends at once, and is never begun': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const first = await api.sync.tasks.run(id)
    await begun(api, first.id)
    const waiting = await api.sync.tasks.run(id)
    const canceled = await api.sync.runs.cancel(waiting.id)
    assert.equal(canceled.status, 'canceled')
    assert.equal(canceled.started_at, null)
    assert.equal(canceled.duration_ms, null)
    assert.deepEqual(canceled.refs, [])
    assert.match(await api.sync.runs.log(waiting.id), /^\S+ canceled\n$/)
    const next = await api.sync.tasks.run(id)
    assert.notEqual(next.id, waiting.id, 'a canceled run is nobody’s follow-up')
    release()
    assert.equal((await api.sync.runs.wait(next.id)).status, 'success')
    assert.equal((await api.sync.runs.get(first.id)).status, 'success')
    assert.deepEqual(await api.sync.runs.get(waiting.id), canceled)
    assert.deepEqual(await entriesOf(api), [entry(waiting.id)])
  },

  'a run that is canceled already is answered as it is, also when several ask at once': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id)
    await begun(api, run.id)
    const answers = await Promise.all([1, 2, 3].map(() => api.sync.runs.cancel(run.id)))
    const canceled = await api.sync.runs.cancel(run.id)
    assert.equal(canceled.status, 'canceled')
    for (const answer of answers) assert.deepEqual(answer, canceled)
    assert.deepEqual(
      await entriesOf(api),
      [1, 2, 3, 4].map(() => entry(run.id)),
    )
    release()
  },

  'a run that ended otherwise is refused, and stays what it came to': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    const error = await refuses(api.sync.runs.cancel(run.id), 'RUN_FINISHED')
    assert.equal(error.details.status, 'success')
    assert.equal((await api.sync.runs.get(run.id)).status, 'success')
    assert.deepEqual(await entriesOf(api), [entry(run.id, 'RUN_FINISHED')])
  },

  'whoever is followed by a cancel sees the run end': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id)
    await begun(api, run.id)
    const waited = api.sync.runs.wait(run.id)
    await api.sync.runs.cancel(run.id)
    assert.equal((await waited).status, 'canceled')
    release()
  },

  'a canceled run is no failure of its task': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject, { max_failures: 1 })
    const run = await api.sync.tasks.run(id)
    await begun(api, run.id)
    await api.sync.runs.cancel(run.id)
    const task = await api.sync.tasks.get(id)
    assert.equal(task.last_status, 'canceled')
    assert.equal(task.failure_count, 0)
    assert.equal(task.paused_at, null)
    release()
  },
}
