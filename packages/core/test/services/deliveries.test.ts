import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exampleOccurrence } from '../../src/notifications/index.ts'
import { type NotificationParts, notificationParts } from './notification-parts.ts'

let parts: NotificationParts

beforeEach(async () => {
  parts = await notificationParts()
})

afterEach(async () => {
  await parts.dispatcher.stop({ timeoutMs: 0 })
  expect(parts.clock.pending).toBe(0)
})

describe('what happened', () => {
  it('becomes one pending delivery for each enabled channel that listens for it', async () => {
    await parts.addChannel('one', ['sync_failure', 'sync_success'])
    await parts.addChannel('two', ['sync_failure'], { template: '{{.TaskName}} {{.ErrorMessage}}' })
    await parts.addChannel('off', ['sync_failure'], { enabled: false })
    await parts.addChannel('other', ['sync_success'])
    await parts.tellOf('sync_failure')
    expect(await parts.allDeliveries()).toMatchObject([
      { channel_id: 1, event: 'sync_failure', task_id: 1, run_id: 1, status: 'pending', attempts: 0 },
      { channel_id: 2, text: 'main-to-backup The remote "backup" cannot be reached.' },
    ])
    expect((await parts.allDeliveries())[0]?.text).toContain('仓库：my-project')
    const queued = parts.emitted.filter(({ name }) => name === 'delivery.queued')
    expect(queued).toHaveLength(2)
    expect(queued[0]?.event).not.toHaveProperty('delivery.version')
  })

  it('is stored with what the caller stores, or not at all', async () => {
    await parts.addChannel('one', ['sync_failure'])
    const broken = parts.storage.transaction(async (session) => {
      await parts.outbox.add(session, [exampleOccurrence('sync_failure')])
      throw new Error('the run could not be stored')
    })
    await expect(broken).rejects.toThrow()
    expect(await parts.allDeliveries()).toEqual([])
  })

  it('is told in plain words where the template fails by now', async () => {
    const { id } = await parts.addChannel('one', ['sync_failure'])
    await parts.storage.collection('channels').update(id, { template: '{{ TaskName | gone }}' })
    await parts.tellOf('sync_failure')
    expect((await parts.allDeliveries())[0]?.text).toContain('任务：main-to-backup')
    expect(parts.logged).toMatchObject([{ fields: { channel_id: id } }])
  })

  it('of a recovery is told only where the trouble was told', async () => {
    await parts.addChannel('knows', ['sync_failure', 'task_recovered'])
    await parts.addChannel('paused only', ['task_paused', 'task_recovered'])
    await parts.addChannel('knew nothing', ['task_recovered'])
    await parts.tellOf('sync_failure')
    await parts.tellOf('task_recovered')
    await parts.tellOf('task_recovered')
    await parts.tellOf('task_paused')
    await parts.tellOf('task_recovered')
    expect((await parts.allDeliveries()).map(({ channel_id, event }) => [channel_id, event])).toEqual([
      [1, 'sync_failure'],
      [1, 'task_recovered'],
      [2, 'task_paused'],
      [2, 'task_recovered'],
    ])
  })
})

describe('the deliveries', () => {
  beforeEach(async () => {
    await parts.addChannel('one', ['sync_failure', 'sync_success'])
    await parts.tellOf('sync_failure', 'sync_success')
    parts.board.reactions.push({ ok: false, kind: 'permanent', message: 'no' })
    await parts.begin()
  })

  it('are listed newest first, by channel, run, event and status', async () => {
    const ids = async (query: object) => (await parts.deliveries.list(query)).items.map(({ id }) => id)
    expect(await ids({})).toEqual([2, 1])
    expect(await ids({ status: 'failed' })).toEqual([1])
    expect(await ids({ event: 'sync_success' })).toEqual([2])
    expect(await ids({ channel_id: 1, run_id: 1, page_size: 1 })).toEqual([2])
    expect(await ids({ channel_id: 2 })).toEqual([])
    await expect(parts.deliveries.list({ status: 'lost' } as never)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { field: 'status' },
    })
  })

  it('are found by their id', async () => {
    expect(await parts.deliveries.get(1)).toMatchObject({ id: 1, status: 'failed', response: 'no' })
    await expect(parts.deliveries.get(9)).rejects.toMatchObject({ code: 'DELIVERY_NOT_FOUND' })
  })

  it('that failed are sent again when asked, once audited', async () => {
    const retried = await parts.deliveries.retry(1)
    expect(retried).toMatchObject({ id: 1, status: 'pending', attempts: 0, finished_at: null })
    await parts.clock.advance(0)
    expect(await parts.deliveries.get(1)).toMatchObject({ status: 'sent', attempts: 1 })
    const entries = await parts.storage.collection('audit_log').find({ where: { object_type: 'delivery' } })
    expect(entries).toMatchObject([{ type: 'retry', object_id: 1, operator: 'alice', result: 'success' }])
  })

  it('that did not fail are not sent again', async () => {
    await expect(parts.deliveries.retry(2)).rejects.toMatchObject({
      code: 'DELIVERY_NOT_FAILED',
      status: 409,
    })
    await expect(parts.deliveries.retry(9)).rejects.toMatchObject({ code: 'DELIVERY_NOT_FOUND' })
    await parts.channels.delete(1)
    await expect(parts.deliveries.retry(1)).rejects.toMatchObject({ code: 'CHANNEL_NOT_FOUND' })
  })
})
