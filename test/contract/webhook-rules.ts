import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { RunWithRefs, TaskSyncAnswer } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { type Answer, data, refused, type World } from './world.ts'

const secret = 'a secret of the test, long enough'
const path = '/api/webhooks/task-sync'
const signed = { gitferry: { webhooks: { secrets: [secret] } } }

/** The header's value for a body: HMAC-SHA256 of its bytes, in hexadecimal. */
const signatureOf = (body: string, key = secret): string =>
  `sha256=${createHmac('sha256', key).update(body).digest('hex')}`

interface Sent {
  readonly body?: string
  /** `null`: none is sent. Default: the right one. */
  readonly signature?: string | null
  readonly from?: string
  readonly deliveryId?: string
}

function send(
  world: World,
  { body = '{"task_id":1}', signature, from, deliveryId }: Sent = {},
): Promise<Answer> {
  const value = signature === undefined ? signatureOf(body) : signature
  return world.ask('POST', path, {
    body,
    headers: {
      ...(value === null ? {} : { 'X-Hub-Signature-256': value }),
      ...(deliveryId === undefined ? {} : { 'X-GitHub-Delivery': deliveryId }),
    },
    ...(from === undefined ? {} : { from }),
  })
}

function accepted(answer: Answer): TaskSyncAnswer {
  assert.equal(answer.status, 200, answer.text)
  return JSON.parse(answer.text) as TaskSyncAnswer
}

async function withTask(world: World): Promise<void> {
  await world.register()
  await world.task()
}

const row15 = rule(
  'row 15: POST /api/webhooks/task-sync with a signed body runs the task',
  async (world) => {
    await withTask(world)
    const { run_id } = accepted(await send(world))
    const run = await world.gitferry.sync.runs.wait(run_id)
    assert.deepEqual([run.status, run.trigger], ['success', 'webhook'])
  },
  signed,
)

export const webhookRules = [
  row15,
  rule(
    'success is flat: message, task_id and run_id, without an envelope',
    async (world) => {
      await withTask(world)
      const answer = accepted(await send(world))
      assert.deepEqual(answer, {
        message: 'Sync triggered successfully',
        task_id: 1,
        run_id: answer.run_id,
      })
      assert.equal(data<RunWithRefs>(await world.get(`/sync/runs/${answer.run_id}`)).task_id, 1)
    },
    signed,
  ),
  rule(
    'task_id may be a string of digits',
    async (world) => {
      await withTask(world)
      assert.equal(accepted(await send(world, { body: '{"task_id":"1"}' })).task_id, 1)
    },
    signed,
  ),
  rule(
    'a wrong, missing, malformed, upper-case or sha1 signature is 401',
    async (world) => {
      await withTask(world)
      const body = '{"task_id":1}'
      const right = signatureOf(body)
      const sha1 = createHmac('sha1', secret).update(body).digest('hex')
      const wrong = [
        null,
        '',
        signatureOf(body, 'another secret, of the same length'),
        signatureOf(`${body} `),
        right.slice(0, -1),
        `${right}0`,
        right.slice('sha256='.length),
        right.toUpperCase(),
        `sha256=${right.slice('sha256='.length).toUpperCase()}`,
        `sha1=${sha1}`,
        `sha256=${sha1}`,
        `sha256=${'g'.repeat(64)}`,
      ]
      for (const signature of wrong) {
        refused(await send(world, { body, signature }), 401, { code: 'SIGNATURE_INVALID' })
      }
      assert.equal(data<{ total: number }>(await world.get('/sync/runs')).total, 0)
    },
    signed,
  ),
  rule(
    'the signature is over the raw bytes',
    async (world) => {
      await withTask(world)
      const body = '{ "task_id" :\t1 ,\n"note":"grö\u00dfer" }'
      assert.equal(accepted(await send(world, { body })).task_id, 1)
      const bom = '\ufeff{"task_id":1}'
      refused(await send(world, { body: bom, signature: signatureOf('{"task_id":1}') }), 401)
    },
    signed,
  ),
  rule('without a configured secret every webhook is refused', async (world) => {
    await withTask(world)
    refused(await send(world, { signature: signatureOf('{"task_id":1}', '') }), 401)
    refused(await send(world, { signature: null }), 401)
  }),
  rule(
    'one of several secrets is enough, so that they can be changed',
    async (world) => {
      await withTask(world)
      const body = '{"task_id":1}'
      accepted(await send(world, { body, signature: signatureOf(body, 'the older of the two secrets') }))
    },
    { gitferry: { webhooks: { secrets: [secret, 'the older of the two secrets'] } } },
  ),
  rule(
    'a signed body that is not valid is 400, an unknown task 404',
    async (world) => {
      await withTask(world)
      for (const body of [
        '',
        '{',
        '[]',
        '{}',
        '{"task_id":0}',
        '{"task_id":"1x"}',
        '{"task_id":1.5}',
        'null',
      ]) {
        refused(await send(world, { body }), 400, { code: 'INVALID_INPUT' })
      }
      refused(await send(world, { body: '{"task_id":4711}' }), 404, { code: 'TASK_NOT_FOUND' })
    },
    signed,
  ),
  rule(
    'the signature is looked at before the body, the body before the task',
    async (world) => {
      refused(await send(world, { body: '{', signature: null }), 401)
      refused(await send(world, { body: '{"task_id":4711', signature: signatureOf('{"task_id":4711') }), 400)
    },
    signed,
  ),
  rule(
    'the address is looked at first: one that is not allowed is 403',
    async (world) => {
      await withTask(world)
      for (const from of ['203.0.113.7', '10.2.0.1', '2001:db9::1']) {
        refused(await send(world, { from, signature: null }), 403, { code: 'ADDRESS_NOT_ALLOWED' })
      }
      for (const from of ['192.0.2.9', '10.1.255.255', '::ffff:10.1.0.1', '2001:db8::17']) {
        accepted(await send(world, { from }))
      }
    },
    {
      gitferry: {
        webhooks: { secrets: [secret], allowIps: ['192.0.2.9', '10.1.0.0/16', '2001:db8::/32'] },
      },
    },
  ),
  rule(
    'the 101st in a minute from one caller is 429 with Retry-After, before the signature',
    async (world) => {
      await withTask(world)
      for (let count = 0; count < 100; count += 1) refused(await send(world, { signature: null }), 401)
      const answer = await send(world)
      refused(answer, 429, { code: 'RATE_LIMITED' })
      assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
      accepted(await send(world, { from: '127.0.0.2' }))
    },
    signed,
  ),
  rule(
    'rate_limit is per minute and per caller',
    async (world) => {
      await withTask(world)
      for (let count = 0; count < 3; count += 1) accepted(await send(world))
      refused(await send(world), 429)
    },
    { gitferry: { webhooks: { secrets: [secret], rateLimit: 3 } } },
  ),
  rule(
    'these routes need no token, and answer callers from elsewhere',
    async (world) => {
      await withTask(world)
      accepted(await send(world, { from: '203.0.113.7' }))
    },
    signed,
  ),
  rule(
    'a repeated delivery id answers its run with "duplicate": true',
    async (world) => {
      await withTask(world)
      const first = accepted(await send(world, { deliveryId: 'f5e2c3a0-0000-4000-8000-000000000001' }))
      await world.gitferry.sync.runs.wait(first.run_id)
      const again = accepted(await send(world, { deliveryId: 'f5e2c3a0-0000-4000-8000-000000000001' }))
      assert.deepEqual([again.run_id, again.duplicate], [first.run_id, true])
      const other = accepted(await send(world, { deliveryId: 'f5e2c3a0-0000-4000-8000-000000000002' }))
      assert.notEqual(other.run_id, first.run_id)
      assert.equal(other.duplicate, undefined)
    },
    signed,
  ),
  rule(
    'a repeated delivery whose run failed starts a new one',
    async (world) => {
      await world.register()
      await world.task({ source_branch: 'nowhere' })
      const first = accepted(await send(world, { deliveryId: 'one' }))
      await world.gitferry.sync.runs.wait(first.run_id)
      const again = accepted(await send(world, { deliveryId: 'one' }))
      assert.notEqual(again.run_id, first.run_id)
      await world.gitferry.sync.runs.wait(again.run_id)
    },
    signed,
  ),
]
