import assert from 'node:assert/strict'
import type { Run, RunWithRefs, SyncTask } from '@gitferry/core/contract'
import { reaches } from './reaches.ts'
import { rule } from './rule.ts'
import { data, refused } from './world.ts'

const runFields = [
  'attempt',
  'commit_range',
  'duration_ms',
  'error_code',
  'error_message',
  // added since: what kind of trouble, the plan that it carries out or was stopped with, and whose refs it moves
  'failure_class',
  'finished_at',
  'id',
  'plan_id',
  'queued_at',
  'refs_changed',
  'refs_failed',
  'refs_total',
  'repo_id',
  'started_at',
  'status',
  'target_repo_id',
  'task_id',
  'trigger',
]

export const runRules = [
  rule('a run has the documented fields and no other', async (world) => {
    await world.register()
    const task = await world.task()
    assert.deepEqual(Object.keys(await world.run(task.id)).sort(), runFields)
    for (const path of ['/sync/runs', `/sync/tasks/${task.id}/runs`]) {
      const [listed] = data<{ items: Run[] }>(await world.get(path)).items
      assert.deepEqual(Object.keys(listed ?? {}).sort(), runFields)
    }
  }),
  rule('a paused task runs when asked by hand', async (world) => {
    await world.register()
    const { id } = await world.task({ source_branch: 'later', max_failures: 1 })
    assert.equal((await world.run(id)).status, 'failed')
    const paused = data<SyncTask>(await world.get(`/sync/tasks/${id}`))
    assert.notEqual(paused.paused_at, null)
    assert.equal(paused.failure_count, 1)
    const { git, originPath } = world.sandbox
    git(originPath, 'branch', 'later', 'main')
    assert.equal((await world.run(id)).status, 'success')
  }),
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
