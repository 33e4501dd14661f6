import assert from 'node:assert/strict'
import type { AuditEntry, AuditVerification, Page } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { data, refused, type World } from './world.ts'

const fields = [
  'created_at',
  'details',
  'error_code',
  'hash',
  'id',
  'ip',
  'object_id',
  'object_type',
  'operator',
  'prev_hash',
  'request_id',
  'result',
  'seq',
  'type',
  'user_agent',
]

const list = async (world: World, query = '') =>
  data<Page<AuditEntry>>(await world.get(`/audit/logs${query && `?${query}`}`))

/** One entry each: a created repository, a refused one, a created task, a deleted task. */
async function history(world: World): Promise<void> {
  await world.register()
  refused(await world.post('/repos', { path: 'relative' }), 400)
  const task = await world.task()
  data(await world.delete(`/sync/tasks/${task.id}`))
}

export const auditRules = [
  rule('row 23: GET /api/v1/audit/logs filters by type, object_type and time, in pages', async (world) => {
    await history(world)
    assert.equal((await list(world)).total, 4)
    assert.equal((await list(world, 'type=create')).total, 3)
    assert.equal((await list(world, 'type=delete')).total, 1)
    assert.equal((await list(world, 'object_type=task')).total, 2)
    assert.equal((await list(world, 'type=delete&object_type=repo')).total, 0)
    assert.equal((await list(world, 'start_time=2000-01-01&end_time=2999-01-01T00:00:00Z')).total, 4)
    assert.equal((await list(world, 'start_time=2999-01-01')).total, 0)
    assert.equal((await list(world, 'end_time=2000-01-01 10:00:00')).total, 0)
    const second = await list(world, 'page=2&page_size=3')
    assert.deepEqual([second.items.length, second.total, second.page, second.page_size], [1, 4, 2, 3])
  }),
  rule('an entry has the documented fields and no other', async (world) => {
    await history(world)
    for (const entry of (await list(world)).items) assert.deepEqual(Object.keys(entry).sort(), fields)
  }),
  rule('an entry says who, what, from where, and with what result', async (world) => {
    const answer = await world.ask('POST', '/repos', {
      body: { path: 'relative' },
      headers: { 'User-Agent': 'a test' },
    })
    const [entry] = (await list(world)).items
    assert.equal(entry?.request_id, (JSON.parse(answer.text) as { request_id: string }).request_id)
    const { type, object_type, result, error_code, ip, user_agent } = entry ?? ({} as AuditEntry)
    assert.deepEqual(
      { type, object_type, result, error_code, ip, user_agent },
      {
        type: 'create',
        object_type: 'repo',
        result: 'failure',
        error_code: 'PATH_INVALID',
        ip: '127.0.0.1',
        user_agent: 'a test',
      },
    )
  }),
  rule('times are RFC 3339 or YYYY-MM-DD[ HH:MM:SS]; anything else is 400', async (world) => {
    for (const time of [
      '2026-01-02',
      '2026-01-02 03:04:05',
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05%2B01:00',
    ]) {
      await list(world, `start_time=${time}`)
    }
    for (const time of ['yesterday', '2026-13-01', '2026-02-30', '1767225600', '2026-01-02T03:04', '']) {
      refused(await world.get(`/audit/logs?start_time=${time}`), 400, { field: 'start_time' })
    }
  }),
  rule('a time range that is reversed is 400', async (world) => {
    const answer = await world.get('/audit/logs?start_time=2026-02-01&end_time=2026-01-01')
    refused(answer, 400, { field: 'start_time' })
  }),
  rule('a type that there is not is 400', async (world) => {
    refused(await world.get('/audit/logs?type=steal'), 400, { field: 'type' })
    refused(await world.get('/audit/logs?object_type=planet'), 400, { field: 'object_type' })
  }),
  rule('entries are append-only', async (world) => {
    await history(world)
    for (const method of ['PUT', 'DELETE', 'POST', 'PATCH']) {
      assert.equal((await world.ask(method, '/audit/logs/1')).status, 405)
      assert.equal((await world.ask(method, '/audit/logs')).status, 405)
    }
  }),
  rule('GET /api/v1/audit/logs/:id answers the entry', async (world) => {
    await history(world)
    const [entry] = (await list(world)).items
    assert.equal(data<AuditEntry>(await world.get(`/audit/logs/${entry?.id}`)).request_id, entry?.request_id)
  }),
  rule(
    'GET /api/v1/audit/verify says that the chain holds, and how many are not sealed yet',
    async (world) => {
      await history(world)
      const { valid, sealed, unsealed, problems } = data<AuditVerification>(await world.get('/audit/verify'))
      assert.deepEqual([valid, sealed + unsealed, problems], [true, 4, []])
    },
  ),
  rule('GET /api/v1/audit/export is NDJSON, oldest first', async (world) => {
    await history(world)
    const answer = await world.get('/audit/export')
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/x-ndjson/)
    const ids = answer.text
      .trimEnd()
      .split('\n')
      .map((text) => (JSON.parse(text) as AuditEntry).id)
    assert.equal(ids.length, 4)
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    )
  }),
]
