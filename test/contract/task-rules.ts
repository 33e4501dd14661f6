import assert from 'node:assert/strict'
import type { Run, RunWithRefs, SyncTask } from '@gitferry/core/contract'
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

const runFields = [
  'attempt',
  'commit_range',
  'duration_ms',
  'error_code',
  'error_message',
  'finished_at',
  'id',
  'queued_at',
  'refs_changed',
  'refs_failed',
  'refs_total',
  'repo_id',
  'started_at',
  'status',
  'task_id',
  'trigger',
]

export const taskRules = [
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

async function reaches(events: AsyncIterable<{ readonly phase: string }>, phase: string): Promise<void> {
  for await (const event of events) if (event.phase === phase) return
}

export const runRules = [
  rule('POST …/run answers at once with the pending run', async (world) => {
    await world.register()
    const task = await world.task()
    const run = data<Run>(await world.ask('POST', `/sync/tasks/${task.id}/run`))
    assert.deepEqual([run.status, run.task_id, run.trigger], ['pending', task.id, 'manual'])
    assert.deepEqual(Object.keys(run).sort(), runFields)
  }),
  rule('?wait=true answers when it ends, 200 whatever came out', async (world) => {
    await world.register()
    const good = await world.task()
    assert.equal((await world.run(good.id)).status, 'success')
    const bad = await world.task({ source_branch: 'nowhere' })
    const run = data<Run>(await world.ask('POST', `/sync/tasks/${bad.id}/run?wait=true`))
    assert.deepEqual([run.status, run.error_code], ['failed', 'BRANCH_NOT_FOUND'])
  }),
  rule('a task that runs gets the one follow-up run, a pending one is answered as it is', async (world) => {
    await world.register()
    const task = await world.task()
    const release = world.sandbox.holdPushes()
    const ask = async () => data<Run>(await world.ask('POST', `/sync/tasks/${task.id}/run`))
    const pushing = reaches(world.gitferry.events('run.progress'), 'pushing')
    const first = await ask()
    await pushing
    const second = await ask()
    assert.notEqual(second.id, first.id)
    assert.equal((await ask()).id, second.id)
    release()
    await world.gitferry.sync.runs.wait(second.id)
  }),
  rule('a disabled task runs when asked by hand', async (world) => {
    await world.register()
    const task = await world.task({ enabled: false })
    assert.equal((await world.run(task.id)).status, 'success')
  }),
  rule('commit_range is old..new, the bare new oid for a new branch, "" when in step', async (world) => {
    await world.register()
    const task = await world.task()
    const { commit, oidOf, originPath } = world.sandbox
    const first = oidOf(originPath, 'main')
    assert.equal((await world.run(task.id)).commit_range, first)
    assert.equal((await world.run(task.id)).commit_range, '')
    const second = commit(originPath, 'main', 'more')
    assert.equal((await world.run(task.id)).commit_range, `${first}..${second}`)
  }),
  rule('the single answer of a run has refs', async (world) => {
    await world.register()
    const { id } = await world.run((await world.task()).id)
    const run = data<RunWithRefs>(await world.get(`/sync/runs/${id}`))
    assert.deepEqual(Object.keys(run).sort(), [...runFields, 'refs'].sort())
    assert.equal(run.refs[0]?.target_ref, 'refs/heads/main')
  }),
  rule('GET /sync/runs takes task_id, status, trigger and since', async (world) => {
    await world.register()
    const one = await world.task()
    const other = await world.task({ source_branch: 'nowhere' })
    await world.run(one.id)
    await world.run(other.id)
    const count = async (query: string) =>
      data<{ total: number }>(await world.get(`/sync/runs?${query}`)).total
    assert.equal(await count(`task_id=${one.id}`), 1)
    assert.equal(await count('status=failed'), 1)
    assert.equal(await count('trigger=cron'), 0)
    assert.equal(await count('since=2999-01-01'), 0)
    refused(await world.get('/sync/runs?status=done'), 400, { field: 'status' })
  }),
  rule('GET /sync/runs/:id/log is text, or an event stream for who accepts one', async (world) => {
    await world.register()
    const { id } = await world.run((await world.task()).id)
    const text = await world.get(`/sync/runs/${id}/log`)
    assert.match(text.headers.get('content-type') ?? '', /^text\/plain/)
    assert.ok(text.text.includes('refs/heads/main'))
    const headers = { Accept: 'text/event-stream' }
    const stream = await world.ask('GET', `/sync/runs/${id}/log`, { headers })
    assert.match(stream.headers.get('content-type') ?? '', /^text\/event-stream/)
    assert.match(stream.text, /^event: end$/m)
  }),
  rule('a canceled run ends as canceled; one that ended is 409', async (world) => {
    await world.register()
    const task = await world.task()
    const release = world.sandbox.holdPushes()
    const pushing = reaches(world.gitferry.events('run.progress'), 'pushing')
    const run = data<Run>(await world.ask('POST', `/sync/tasks/${task.id}/run`))
    await pushing
    const canceled = data<Run>(await world.ask('POST', `/sync/runs/${run.id}/cancel`))
    release()
    assert.equal(canceled.status, 'canceled')
    const ended = await world.run(task.id)
    refused(await world.ask('POST', `/sync/runs/${ended.id}/cancel`), 409, { code: 'RUN_FINISHED' })
  }),
  rule('a retry is a new run with the trigger retry', async (world) => {
    await world.register()
    const task = await world.task()
    const run = await world.run(task.id)
    const again = data<Run>(await world.ask('POST', `/sync/runs/${run.id}/retry`))
    assert.deepEqual([again.trigger, again.task_id], ['retry', task.id])
    await world.gitferry.sync.runs.wait(again.id)
  }),
]
