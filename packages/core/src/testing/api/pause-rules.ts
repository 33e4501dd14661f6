import assert from 'node:assert/strict'
import { syncTask } from '../../contract/sync-task.ts'
import { isRecord, mainToBackup } from './records.ts'
import type { ApiRules } from './subject.ts'

export const pauseRules: ApiRules = {
  'a paused task says so and has no next time, and pausing it again changes nothing': async (subject) => {
    const { api } = subject
    const { id, next_run_at } = await mainToBackup(subject, { cron_expression: '@yearly' })
    assert.notEqual(next_run_at, null)
    const paused = await api.sync.tasks.pause(id)
    isRecord(syncTask, paused)
    assert.notEqual(paused.paused_at, null)
    assert.notEqual(paused.paused_reason ?? '', '')
    assert.deepEqual([paused.enabled, paused.next_run_at], [true, null])
    assert.deepEqual(await api.sync.tasks.get(id), paused)
    assert.deepEqual(await api.sync.tasks.pause(id), paused)
  },

  'a paused task runs when somebody asks, and stays paused': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject)
    const { paused_at } = await api.sync.tasks.pause(id)
    assert.equal((await api.sync.tasks.run(id, { wait: true })).status, 'success')
    assert.notEqual(sandbox.oidOf(sandbox.bareBackupPath, 'main'), '')
    assert.equal((await api.sync.tasks.get(id)).paused_at, paused_at)
  },

  'a task that is resumed has its next time again and no failures, and resuming it again changes nothing':
    async (subject) => {
      const { api } = subject
      const fields = { source_branch: 'nowhere', cron_expression: '@yearly', max_failures: 1 }
      const { id, next_run_at } = await mainToBackup(subject, fields)
      assert.equal((await api.sync.tasks.run(id, { wait: true })).status, 'failed')
      const paused = await api.sync.tasks.get(id)
      assert.notEqual(paused.paused_at, null)
      assert.deepEqual([paused.failure_count, paused.next_run_at], [1, null])
      const resumed = await api.sync.tasks.resume(id)
      isRecord(syncTask, resumed)
      assert.deepEqual([resumed.paused_at, resumed.paused_reason, resumed.failure_count], [null, null, 0])
      assert.equal(resumed.next_run_at, next_run_at)
      assert.deepEqual(await api.sync.tasks.resume(id), resumed)
      assert.deepEqual(await api.sync.tasks.get(id), resumed)
    },
}
