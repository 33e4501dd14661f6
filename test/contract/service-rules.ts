import assert from 'node:assert/strict'
import manifest from '../../packages/core/package.json' with { type: 'json' }
import { rule } from './rule.ts'
import { data, refused } from './world.ts'

const openToAll = ['/api/health', '/healthz', '/readyz']

export const serviceRules = [
  ...openToAll.map((path) =>
    rule(`${path} is open to all`, async (world) => {
      const answer = await world.ask('GET', path, { from: '203.0.113.7' })
      assert.equal(answer.status, 200, answer.text)
    }),
  ),
  rule('without a token only loopback callers are answered', async (world) => {
    refused(await world.ask('GET', '/repos', { from: '203.0.113.7' }), 401, { code: 'UNAUTHENTICATED' })
    refused(await world.ask('GET', '/repos', { headers: { 'X-Forwarded-For': '127.0.0.1' } }), 401)
    data(await world.ask('GET', '/repos', { from: '::1' }))
    data(await world.ask('GET', '/repos', { from: '::ffff:127.0.0.1' }))
  }),
  rule('the version is always texts, "v" before the number', async (world) => {
    for (const value of Object.values(data<object>(await world.get('/system/version')))) {
      assert.equal(typeof value, 'string')
      assert.notEqual(value, '')
    }
  }),
  rule('the version is "v" and that of the package', async (world) => {
    const { version } = data<{ version: string }>(await world.get('/system/version'))
    assert.equal(version, `v${manifest.version}`)
  }),
  rule('an address that nothing answers at is 404 in the envelope', async (world) => {
    refused(await world.get('/nothing'), 404, { code: 'NOT_FOUND' })
    refused(await world.ask('PATCH', '/repos'), 405, { code: 'METHOD_NOT_ALLOWED' })
  }),
]
