import assert from 'node:assert/strict'
import type { AuditEntry, AuditVerification, Page } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { data, type World } from './world.ts'

const stopped = { stoppedClock: true }

const verified = async (world: World) => data<AuditVerification>(await world.get('/audit/verify'))

const entries = async (world: World, query = '') =>
  data<Page<AuditEntry>>(await world.get(`/audit/logs?${query}`)).items

/** Leaves so many entries in the log, and waits until they are sealed: a second after the first by the clock. */
async function sealed(world: World, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await world.post('/repos', { path: 'relative' })
  for (let turn = 0; turn < 1_000; turn += 1) {
    await world.clock.advance(1_000)
    const { unsealed } = await verified(world)
    if (unsealed === 0) return
  }
  assert.fail('the entries were not sealed')
}

const problems = async (world: World) => {
  const { valid, problems } = await verified(world)
  assert.equal(valid, problems.length === 0)
  return problems.map(({ kind, seq, entry_id }) => [kind, seq, entry_id])
}

export const auditChainRules = [
  rule(
    'entries are hash-chained: each names the hash of the one before',
    async (world) => {
      await sealed(world, 4)
      const chain = (await entries(world)).toReversed()
      assert.deepEqual(
        chain.map(({ seq }) => seq),
        [1, 2, 3, 4],
      )
      assert.equal(new Set(chain.map(({ hash }) => hash)).size, 4)
      for (const [index, entry] of chain.entries()) {
        assert.match(entry.hash ?? '', /^[0-9a-f]{64}$/)
        if (index > 0) assert.equal(entry.prev_hash, chain[index - 1]?.hash)
      }
      assert.deepEqual(await verified(world), {
        valid: true,
        sealed: 4,
        unsealed: 0,
        head_seq: 4,
        problems: [],
      })
    },
    stopped,
  ),
  rule(
    'verify says how many entries are not sealed yet',
    async (world) => {
      await sealed(world, 2)
      await world.post('/repos', { path: 'relative' })
      const { valid, sealed: chained, unsealed } = await verified(world)
      assert.deepEqual({ valid, chained, unsealed }, { valid: true, chained: 2, unsealed: 1 })
    },
    stopped,
  ),
  rule(
    'verify says where the chain breaks: an entry that was changed, one that is gone',
    async (world) => {
      await sealed(world, 5)
      const log = world.storage.collection('audit_log')
      await log.update(2, { operator: 'somebody else' })
      assert.deepEqual(await problems(world), [['changed', 2, 2]])
      await log.delete(4)
      assert.deepEqual(await problems(world), [
        ['changed', 2, 2],
        ['removed', 4, null],
      ])
    },
    stopped,
  ),
  rule(
    'verify says where the chain was cut off',
    async (world) => {
      await sealed(world, 5)
      await world.storage.collection('audit_log').deleteWhere({ id: { gte: 4 } })
      assert.deepEqual(await problems(world), [['cut_off', 4, null]])
    },
    stopped,
  ),
  rule('a change that a crash cut short is an entry with the result unknown', async (world) => {
    await world.register()
    await world.storage.collection('audit_intents').insert({
      type: 'checkout',
      object_type: 'branch',
      object_id: 1,
      operator: 'anonymous',
      details: { name: 'develop' },
      ip: '127.0.0.1',
      user_agent: null,
      request_id: null,
      created_at: '2026-01-01T00:00:00.000Z',
    })
    await world.restart()
    const unknown = (await entries(world, 'type=checkout')).map(
      ({ object_type, object_id, result, error_code }) => ({ object_type, object_id, result, error_code }),
    )
    assert.deepEqual(unknown, [{ object_type: 'branch', object_id: 1, result: 'unknown', error_code: null }])
  }),
  rule(
    'a time without a zone is UTC',
    async (world) => {
      await world.register()
      const total = async (query: string) => (await entries(world, query)).length
      for (const time of ['2026-01-01', '2026-01-01 00:00:00', '2026-01-01T00:00:00Z']) {
        assert.equal(await total(`start_time=${time}`), 1)
      }
      assert.equal(await total('start_time=2026-01-01T01:00:00%2B01:00'), 1)
      assert.equal(await total('start_time=2026-01-01 00:00:01'), 0)
      assert.equal(await total('end_time=2025-12-31 23:59:59'), 0)
    },
    stopped,
  ),
]
