import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Run, RunWithRefs, SyncTask } from '@gitferry/core/contract'
import { wrapGit } from '../wrapped-git.ts'
import { reaches } from './reaches.ts'
import { rule } from './rule.ts'
import { data, refused } from './world.ts'

const defaults = {
  mode: 'branch',
  tags: false,
  prune: false,
  max_delete_percent: 30,
  on_diverge: 'reject',
  atomic: false,
  keep_days: 30,
  timezone: 'UTC',
  misfire: 'run_once',
  priority: 0,
  timeout_ms: 1_800_000,
  stall_timeout_ms: 300_000,
  max_failures: 10,
  enabled: true,
} as const

const fields = [
  'atomic',
  'created_at',
  'cron_expression',
  'enabled',
  'exclude',
  'failure_count',
  'follow_head',
  'id',
  'jitter_ms',
  'keep_days',
  'last_run_at',
  'last_status',
  'max_delete_percent',
  'max_failures',
  'misfire',
  'mode',
  'name',
  'next_run_at',
  'next_runs',
  'on_diverge',
  'paused_at',
  'paused_reason',
  'priority',
  'prune',
  'refs',
  'repo_id',
  'require_approval',
  'source_branch',
  'source_remote',
  'stall_timeout_ms',
  'tags',
  'target_branch',
  'target_remote',
  'target_repo_id',
  'timeout_ms',
  'timezone',
  'updated_at',
]

const places = { repo_id: 1, source_branch: 'main', target_remote: 'backup' }

export const taskRules = [
  rule('a task has the documented fields and no other', async (world) => {
    await world.register()
    const task = await world.task()
    assert.deepEqual(Object.keys(task).sort(), fields)
    const [listed] = data<{ tasks: SyncTask[] }>(await world.get('/sync/tasks')).tasks
    assert.deepEqual(Object.keys(listed ?? {}).sort(), fields)
  }),
  rule('misfire may be run_once or skip', async (world) => {
    await world.register()
    for (const misfire of ['skip', 'run_once']) assert.equal((await world.task({ misfire })).misfire, misfire)
    refused(await world.post('/sync/tasks', { ...places, misfire: 'twice' }), 400, { field: 'misfire' })
  }),
  rule('tags default to true in mirror mode', async (world) => {
    await world.register()
    const mirror = await world.task({ mode: 'mirror' })
    assert.deepEqual([mirror.mode, mirror.tags], ['mirror', true])
    assert.equal((await world.task({ mode: 'mirror', tags: false })).tags, false)
  }),
  rule(
    'a target in another repository is guarded by its expected oid',
    async (world) => {
      await world.register()
      data(await world.post('/repos', { path: world.sandbox.secondBarePath }))
      const task = await world.task({ target_repo_id: 2, target_remote: 'local', target_branch: 'copy' })
      const run = await world.run(task.id)
      assert.deepEqual([run.status, run.error_code], ['conflict', 'SYNC_CONFLICT'])
      const { oidOf, secondBarePath } = world.sandbox
      assert.equal(oidOf(secondBarePath, 'copy'), oidOf(secondBarePath, 'main'))
    },
    { gitferry: ({ dataDir, secondBarePath }) => ({ git: fasterGit(dataDir, secondBarePath) }) },
  ),
  rule('a target that has what the source lacks is a conflict and keeps it', async (world) => {
    await world.register()
    const task = await world.task()
    assert.equal((await world.run(task.id)).status, 'success')
    const { bareBackupPath, commit, oidOf, originPath } = world.sandbox
    const theirs = commit(bareBackupPath, 'main', 'of the target alone')
    commit(originPath, 'main', 'of the source alone')
    const run = await world.run(task.id)
    assert.deepEqual([run.status, run.error_code], ['conflict', 'SYNC_CONFLICT'])
    assert.equal(oidOf(bareBackupPath, 'main'), theirs)
  }),
  rule('a task across two repositories runs in the source’s', async (world) => {
    await world.register()
    data(await world.post('/repos', { path: world.sandbox.secondBarePath }))
    const task = await world.task({ target_repo_id: 2, target_remote: 'local', target_branch: 'copy' })
    assert.equal((await world.run(task.id)).repo_id, 1)
    refused(await world.delete('/repos/2'), 409, { code: 'REPO_IN_USE' })
  }),
  rule(
    'cron means what robfig/cron v3 means',
    async (world) => {
      await world.register()
      for (const [cron_expression, next] of Object.entries(robfig)) {
        const { next_runs } = await world.task({ cron_expression, enabled: false })
        assert.equal(next_runs[0], `2026-${next}:00.000Z`, cron_expression)
      }
    },
    { stoppedClock: true },
  ),
  ...Object.entries(defaults).map(([field, value]) =>
    rule(`${field} defaults to ${value}`, async (world) => {
      await world.register()
      assert.equal((await world.task())[field as keyof SyncTask], value)
    }),
  ),
  rule('target_branch defaults to source_branch, target_repo_id to repo_id', async (world) => {
    await world.register()
    const task = await world.task({ source_branch: 'develop' })
    assert.deepEqual([task.target_branch, task.target_repo_id], ['develop', task.repo_id])
  }),
  rule('source and target the same ref is 400', async (world) => {
    await world.register()
    const body = { repo_id: 1, source_remote: 'origin', source_branch: 'main', target_remote: 'origin' }
    refused(await world.post('/sync/tasks', body), 400, { code: 'SAME_REF' })
  }),
  rule('an empty or absent remote means origin, local the repository itself', async (world) => {
    await world.register()
    assert.equal((await world.task({ source_remote: '' })).source_remote, 'origin')
    assert.equal((await world.task()).source_remote, 'origin')
    const local = await world.task({ source_remote: 'local' })
    assert.equal(local.source_remote, 'local')
    assert.equal((await world.run(local.id)).status, 'success')
  }),
  rule('a task may go from one repository to another', async (world) => {
    await world.register()
    data(await world.post('/repos', { path: world.sandbox.secondBarePath }))
    const task = await world.task({ target_repo_id: 2, target_remote: 'local', target_branch: 'copy' })
    assert.equal((await world.run(task.id)).status, 'success')
    const { oidOf, originPath, secondBarePath } = world.sandbox
    assert.equal(oidOf(secondBarePath, 'copy'), oidOf(originPath, 'main'))
  }),
  rule('cron is validated on write', async (world) => {
    await world.register()
    const body = { repo_id: 1, source_branch: 'main', target_remote: 'backup', cron_expression: 'often' }
    refused(await world.post('/sync/tasks', body), 400, {
      code: 'SCHEDULE_INVALID',
      field: 'cron_expression',
    })
    const task = await world.task()
    refused(await world.put(`/sync/tasks/${task.id}`, { cron_expression: '61 * * * *' }), 400)
  }),
  rule('the answer shows the next five fire times', async (world) => {
    await world.register()
    const task = await world.task({ cron_expression: '0 */2 * * *' })
    assert.equal(task.next_runs.length, 5)
    assert.equal(task.next_run_at, task.next_runs[0])
    for (const at of task.next_runs) assert.match(at, /T\d[02468]:00:00\.000Z$/)
  }),
  rule('7, L, # and H are accepted beyond robfig/cron', async (world) => {
    await world.register()
    for (const cron of ['0 0 * * 7', '0 0 L * *', '0 0 * * 1#2', 'H 2 * * *']) {
      assert.equal((await world.task({ cron_expression: cron })).next_runs.length, 5)
    }
  }),
  rule('@every from 1 s', async (world) => {
    await world.register()
    await world.task({ cron_expression: '@every 1s', enabled: false })
    const body = {
      repo_id: 1,
      source_branch: 'main',
      target_remote: 'backup',
      cron_expression: '@every 999ms',
    }
    refused(await world.post('/sync/tasks', body), 400, { code: 'SCHEDULE_INVALID' })
  }),
  rule('an expression that can never fire is refused', async (world) => {
    await world.register()
    const body = { repo_id: 1, source_branch: 'main', target_remote: 'backup', cron_expression: '0 0 30 2 *' }
    refused(await world.post('/sync/tasks', body), 400, { code: 'SCHEDULE_INVALID' })
  }),
  rule('no expression (absent, null or "") is no schedule', async (world) => {
    await world.register()
    for (const fields of [{}, { cron_expression: null }, { cron_expression: '' }]) {
      const task = await world.task(fields)
      assert.deepEqual([task.cron_expression, task.next_run_at, task.next_runs], ['', null, []])
    }
  }),
  rule('an unknown repository is 404, an unknown remote 400', async (world) => {
    await world.register()
    const body = { repo_id: 9, source_branch: 'main', target_remote: 'backup' }
    refused(await world.post('/sync/tasks', body), 404, { code: 'REPO_NOT_FOUND', field: 'repo_id' })
    const unknown = { ...body, repo_id: 1, target_remote: 'nowhere' }
    refused(await world.post('/sync/tasks', unknown), 400, { code: 'REMOTE_UNKNOWN', field: 'target_remote' })
  }),
  rule('PUT changes only the fields that it carries', async (world) => {
    await world.register()
    const before = await world.task({ cron_expression: '0 3 * * *', priority: 7 })
    const after = data<SyncTask>(await world.put(`/sync/tasks/${before.id}`, { name: 'other' }))
    assert.deepEqual({ ...after, updated_at: '' }, { ...before, name: 'other', updated_at: '' })
  }),
  rule('deleting a running task is 409 unless cancel=true, and its runs stay', async (world) => {
    await world.register()
    const task = await world.task()
    const release = world.sandbox.holdPushes()
    const run = data<Run>(await world.ask('POST', `/sync/tasks/${task.id}/run`))
    await reaches(world.gitferry.events('run.progress'), 'pushing')
    refused(await world.delete(`/sync/tasks/${task.id}`), 409, { code: 'TASK_RUNNING' })
    data(await world.delete(`/sync/tasks/${task.id}?cancel=true`))
    release()
    assert.equal(data<RunWithRefs>(await world.get(`/sync/runs/${run.id}`)).id, run.id)
  }),
  rule('name defaults to <source> → <target>, and names need not be unique', async (world) => {
    await world.register()
    const task = await world.task()
    assert.equal(task.name, 'origin/main → backup/main')
    assert.equal((await world.task()).name, task.name)
  }),
]

/** The first fire time after 2026-01-01T00:00Z, a Thursday, by robfig/cron v3 (its README and `spec.go`). */
const robfig = {
  '@hourly': '01-01T01:00',
  '@daily': '01-02T00:00',
  '@midnight': '01-02T00:00',
  '@weekly': '01-04T00:00',
  '@monthly': '02-01T00:00',
  '@every 90m': '01-01T01:30',
  '*/20 * * * *': '01-01T00:20',
  '15/20 * * * *': '01-01T00:15',
  '0 12 * * MON-WED': '01-05T12:00',
  '0 0 ? feb *': '02-01T00:00',
  // two day fields without a star: either is enough; with one: both must match
  '0 12 20 * FRI': '01-02T12:00',
  '0 12 */30 * FRI': '01-01T12:00',
  '0 12 * * FRI': '01-02T12:00',
  'CRON_TZ=Asia/Tokyo 0 6 * * *': '01-01T21:00',
}

/** A git that, just before refs are first written, lets somebody else make the branch `copy` of a repository. */
function fasterGit(dataDir: string, repository: string): string {
  const marks = join(dataDir, 'marks')
  mkdirSync(marks)
  const update = `$GIT --git-dir='${repository}' update-ref refs/heads/copy refs/heads/main`
  return wrapGit(marks, 'update-ref', `if [ ! -e $DIR/once ]; then : > $DIR/once; ${update}; fi; $GIT "$@"`)
}
