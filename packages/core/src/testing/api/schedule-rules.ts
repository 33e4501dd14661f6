import assert from 'node:assert/strict'
import type { CreateSyncTask } from '../../contract/sync-task.ts'
import { ascends, mainToBackup, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

const accepted = [
  '0 */2 * * *',
  '*/15 * * * *',
  '  5 4 * * *  ',
  '@hourly',
  '@daily',
  '@midnight',
  '@weekly',
  '@monthly',
  '@yearly',
  '@every 1h30m',
  '@every 90s',
  'CRON_TZ=Asia/Tokyo 0 6 * * *',
  'TZ=Europe/Berlin 30 2 * * *',
  '0 0 * * 7',
  '0 0 L * *',
  '0 0 * * 1#2',
  'H H * * *',
  '0 0 ? * MON',
  '*,5 * * * *',
  '1,1 * * * *',
  '0 0 29 2 *',
  '0 0 1,15 * FRI',
]

const refused: unknown[] = [
  '*',
  '* * *',
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * 32 * *',
  '* * * 13 *',
  '* * * * 8',
  '5-1 * * * *',
  '*/0 * * * *',
  '*/-1 * * * *',
  'a b c d e',
  '0 0 30 2 *',
  '0 0 31 4,6,9,11 *',
  '@reboot',
  '@DAILY!',
  '@every',
  '@every 0s',
  '@every 500ms',
  '@every -1h',
  '@every 1d',
  '@every soon',
  'CRON_TZ=Asia/Tokyo',
  'CRON_TZ=Asia/Tokyo ',
  '0 0 * * *\n0 1 * * *',
  '0 0 * * * ; rm -rf /',
  '\u0000 0 * * *',
  '1'.repeat(2_000),
  7,
  true,
  ['0 0 * * *'],
]

export const scheduleRules: ApiRules = {
  'a schedule shows its next five fire times, in the future and in order': async (subject) => {
    const now = new Date().toISOString()
    const task = await mainToBackup(subject, { cron_expression: '0 */2 * * *' })
    assert.equal(task.next_runs.length, 5)
    ascends([now, ...task.next_runs])
    assert.equal(task.next_run_at, task.next_runs[0])
    for (const time of task.next_runs) assert.match(time, /T(?:[01][02468]|2[02]):00:00\.000Z$/)
    const fired = await subject.api.sync.tasks.get(task.id)
    assert.equal(fired.next_run_at, task.next_run_at)
  },

  'a schedule follows the task’s time zone, or its own': async (subject) => {
    const { repo_id, ...task } = await mainToBackup(subject, {
      cron_expression: '0 6 * * *',
      timezone: 'Asia/Tokyo',
    })
    for (const time of task.next_runs) assert.match(time, /T21:00:00\.000Z$/)
    const own = await subject.api.sync.tasks.update(task.id, {
      cron_expression: 'CRON_TZ=Asia/Kolkata 0 6 * * *',
      timezone: 'UTC',
    })
    for (const time of own.next_runs) assert.match(time, /T00:30:00\.000Z$/)
  },

  'every form of schedule is accepted': async (subject) => {
    const { id } = await mainToBackup(subject)
    for (const cron_expression of accepted) {
      const { next_runs } = await subject.api.sync.tasks.update(id, { cron_expression })
      assert.equal(next_runs.length, 5, cron_expression)
      ascends(next_runs)
    }
  },

  'no schedule is an empty one': async (subject) => {
    const { id } = await mainToBackup(subject, { cron_expression: '@hourly' })
    for (const cron_expression of ['', null]) {
      await subject.api.sync.tasks.update(id, { cron_expression: '@hourly' })
      const task = await subject.api.sync.tasks.update(id, { cron_expression })
      assert.equal(task.cron_expression, '')
      assert.equal(task.next_run_at, null)
      assert.deepEqual(task.next_runs, [])
    }
  },

  'what is no schedule, or can never fire, is refused': async (subject) => {
    const { api } = subject
    const { id: repo_id } = await registerClone(subject)
    const input = { repo_id, source_branch: 'main', target_remote: 'backup' }
    for (const cron_expression of refused) {
      await refuses(
        api.sync.tasks.create({ ...input, cron_expression } as CreateSyncTask),
        ['SCHEDULE_INVALID', 'INVALID_INPUT'],
        { field: 'cron_expression', of: cron_expression },
      )
    }
    assert.equal((await api.sync.tasks.list()).total, 0)
  },

  'a refused schedule leaves the one there was': async (subject) => {
    const { api } = subject
    const before = await mainToBackup(subject, { cron_expression: '@daily' })
    await refuses(api.sync.tasks.update(before.id, { cron_expression: '0 0 30 2 *' }), 'SCHEDULE_INVALID', {
      field: 'cron_expression',
    })
    assert.deepEqual(await api.sync.tasks.get(before.id), before)
  },

  'a time zone that does not exist is refused': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject, { cron_expression: '@daily' })
    for (const timezone of ['Mars/Olympus', 'UTC; rm', '../UTC', '']) {
      await refuses(api.sync.tasks.update(id, { timezone }), ['SCHEDULE_INVALID', 'INVALID_INPUT'], {
        field: 'timezone',
        of: timezone,
      })
    }
    await refuses(api.sync.tasks.update(id, { cron_expression: 'CRON_TZ=Mars/Olympus 0 0 * * *' }), [
      'SCHEDULE_INVALID',
      'INVALID_INPUT',
    ])
  },
}
