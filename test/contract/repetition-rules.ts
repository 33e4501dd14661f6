import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { TaskSyncAnswer } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { type Answer, refused, type World, type WorldOptions } from './world.ts'

const secret = 'a secret of the test, long enough'
const signed: WorldOptions = { gitferry: { webhooks: { secrets: [secret] } } }
const threeDays = 3 * 24 * 3_600_000

/** A signed webhook for a task, with these headers. */
function send(world: World, headers: Readonly<Record<string, string>> = {}, taskId = 1): Promise<Answer> {
  const body = JSON.stringify({ task_id: taskId })
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  return world.ask('POST', '/api/webhooks/task-sync', {
    body,
    headers: { 'X-Hub-Signature-256': signature, ...headers },
  })
}

function accepted(answer: Answer): TaskSyncAnswer {
  assert.equal(answer.status, 200, answer.text)
  return JSON.parse(answer.text) as TaskSyncAnswer
}

/** Sends and waits for the run to end. */
async function sendAndWait(
  world: World,
  headers?: Readonly<Record<string, string>>,
): Promise<TaskSyncAnswer> {
  const answer = accepted(await send(world, headers))
  await world.gitferry.sync.runs.wait(answer.run_id)
  return answer
}

export const repetitionRules = [
  rule(
    'X-Request-Id is a delivery id too',
    async (world) => {
      await world.register()
      await world.task()
      const first = await sendAndWait(world, { 'X-Request-Id': 'delivery-1' })
      const again = accepted(await send(world, { 'X-Request-Id': 'delivery-1' }))
      assert.deepEqual([again.run_id, again.duplicate], [first.run_id, true])
      const other = await sendAndWait(world, { 'X-Request-Id': 'delivery-2' })
      assert.notEqual(other.run_id, first.run_id)
    },
    signed,
  ),
  rule(
    'a delivery without an id starts a run every time',
    async (world) => {
      await world.register()
      await world.task()
      const first = await sendAndWait(world)
      const second = await sendAndWait(world)
      assert.notEqual(second.run_id, first.run_id)
      assert.equal(second.duplicate, undefined)
    },
    signed,
  ),
  rule(
    'a repetition within 3 days answers the first run, one after them starts a new one',
    async (world) => {
      await world.register()
      await world.task()
      const headers = { 'X-GitHub-Delivery': 'delivery-1' }
      const first = await sendAndWait(world, headers)
      await world.clock.advance(threeDays)
      const again = accepted(await send(world, headers))
      assert.deepEqual([again.run_id, again.duplicate], [first.run_id, true])
      await world.clock.advance(1)
      const late = await sendAndWait(world, headers)
      assert.notEqual(late.run_id, first.run_id)
      assert.equal(late.duplicate, undefined)
    },
    { ...signed, stoppedClock: true },
  ),
  rule(
    'a repetition while the run goes on answers its run_id',
    async (world) => {
      await world.register()
      await world.task()
      const headers = { 'X-GitHub-Delivery': 'delivery-1' }
      const release = world.sandbox.holdPushes()
      try {
        const progress = world.gitferry.events('run.progress')
        const first = accepted(await send(world, headers))
        for await (const { phase } of progress) if (phase === 'pushing') break
        const again = accepted(await send(world, headers))
        assert.deepEqual([again.run_id, again.duplicate], [first.run_id, true])
      } finally {
        release()
      }
    },
    signed,
  ),
  rule(
    'a webhook for a disabled task is 409 and starts nothing',
    async (world) => {
      await world.register()
      await world.task({ enabled: false })
      refused(await send(world), 409, { code: 'CONFLICT', field: 'task_id' })
      assert.equal(await world.storage.collection('runs').count(), 0)
    },
    signed,
  ),
  rule(
    'the limit of a caller is over after a minute',
    async (world) => {
      await world.register()
      await world.task()
      for (let count = 0; count < 2; count += 1) accepted(await send(world))
      refused(await send(world), 429, { code: 'RATE_LIMITED' })
      await world.clock.advance(59_999)
      refused(await send(world), 429)
      await world.clock.advance(1)
      accepted(await send(world))
    },
    { gitferry: { webhooks: { secrets: [secret], rateLimit: 2 } }, stoppedClock: true },
  ),
]
