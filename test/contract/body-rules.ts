import assert from 'node:assert/strict'
import type { Page, Repo, SyncTask } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { data, refused } from './world.ts'

const json = { 'Content-Type': 'application/json' }

export const bodyRules = [
  rule('a missing body is 400', async (world) => {
    refused(await world.ask('POST', '/repos', { headers: json }), 400, { code: 'INVALID_INPUT' })
  }),
  rule('a body that is no JSON is 400', async (world) => {
    for (const body of ['{', '{"a":1,}', 'name=x', '[1', '']) {
      refused(await world.ask('POST', '/sync/tasks', { body, headers: json }), 400)
    }
  }),
  rule('another content type is 415', async (world) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await world.ask('POST', '/repos', { body: '{}', headers: { 'Content-Type': type } })
      refused(answer, 415, { code: 'UNSUPPORTED_MEDIA_TYPE' })
    }
  }),
  rule('a body of more than 1 MiB is 413', async (world) => {
    const answer = await world.post('/repos', { path: 'x'.repeat(1024 * 1024) })
    refused(answer, 413, { code: 'PAYLOAD_TOO_LARGE' })
  }),
  rule('the offending field stands in error.details', async (world) => {
    await world.register()
    refused(await world.post('/sync/tasks', { repo_id: 1, source_branch: 7 }), 400, {
      field: 'source_branch',
    })
  }),
  rule('actions without fields take no body', async (world) => {
    await world.register()
    const task = await world.task()
    data(await world.ask('POST', `/sync/tasks/${task.id}/run`))
  }),
  rule('unknown fields are ignored', async (world) => {
    await world.register()
    const task = await world.task({ notify_on_success: true, owner: { id: 4 } })
    assert.equal('owner' in task, false)
  }),
  rule('__proto__ and friends never reach an object', async (world) => {
    await world.register()
    const body =
      '{"repo_id":1,"source_branch":"main","target_remote":"backup","__proto__":{"enabled":false,"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    const answer = await world.ask('POST', '/sync/tasks', { body, headers: json })
    // refused outright, or taken without what they carried
    if (answer.status === 200) assert.equal(data<SyncTask>(answer).enabled, true)
    else refused(answer, 400)
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
  }),
  rule('an error carries code, message and data: null, and says the request', async (world) => {
    const answer = await world.get('/repos/4711')
    const envelope = JSON.parse(answer.text) as Record<string, unknown>
    assert.deepEqual(
      { code: envelope.code, data: envelope.data, kind: typeof envelope.message },
      { code: 404, data: null, kind: 'string' },
    )
    assert.match(String(envelope.request_id), /^[\w=-]{1,255}$/)
  }),
  rule('deletes answer { id, deleted: true }', async (world) => {
    const repo = await world.register()
    const task = await world.task()
    assert.deepEqual(data(await world.delete(`/sync/tasks/${task.id}`)), { id: task.id, deleted: true })
    assert.deepEqual(data(await world.delete(`/repos/${repo.id}`)), { id: repo.id, deleted: true })
  }),
  rule('every change leaves one audit entry, a refused one too', async (world) => {
    const entries = async () => data<Page<unknown>>(await world.get('/audit/logs')).total
    await world.register()
    assert.equal(await entries(), 1)
    refused(await world.post('/repos', { path: 'nowhere' }), 400)
    assert.equal(await entries(), 2)
    refused(await world.ask('POST', '/repos', { body: '{', headers: json }), 400)
    assert.equal(await entries(), 3)
    await world.get('/repos')
    assert.equal(await entries(), 3)
  }),
  rule('times are RFC 3339 in UTC, ids integers, absent values null', async (world) => {
    const repo: Repo = await world.register()
    assert.match(repo.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.ok(Number.isInteger(repo.id))
    assert.equal(repo.ssh_key_id, null)
  }),
]
