import assert from 'node:assert/strict'
import type { RunLogEvent } from '../../contract/events.ts'
import { ascends, collect, mainToBackup } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

/** The lines among `events`, as `log` writes them. */
const textOf = (events: readonly RunLogEvent[]): string =>
  events.map((event) => (event.type === 'log' ? `${event.at} ${event.text}\n` : '')).join('')

const idsOf = (events: readonly RunLogEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'log' ? [event.id] : []))

export const followRules: ApiRules = {
  'following a run that has ended tells its log, then its end': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    const events = await collect(api.sync.runs.follow(run.id))
    assert.equal(textOf(events), await api.sync.runs.log(run.id))
    ascends(idsOf(events))
    assert.ok(events.slice(0, -1).every((event) => event.type === 'log'))
    assert.deepEqual(events.at(-1), { type: 'end', status: 'success' })
    assert.deepEqual(await collect(api.sync.runs.follow(run.id)), events)
  },

  'following a run that goes on tells each line once, as it is written, to everybody': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id)
    let waiting = 2
    const follow = async () => {
      const events: RunLogEvent[] = []
      for await (const event of api.sync.runs.follow(run.id)) {
        events.push(event)
        // the push waits until both have been told of it: lines come while the run goes on
        if (event.type === 'log' && event.text.startsWith('pushing') && --waiting === 0) release()
      }
      return events
    }
    const told = await Promise.all([follow(), follow()])
    const log = await api.sync.runs.log(run.id)
    for (const events of told) {
      assert.equal(textOf(events), log)
      ascends(idsOf(events))
      const statuses = events.flatMap((event) => (event.type === 'status' ? [event.status] : []))
      assert.equal(statuses.at(-1), 'running')
      assert.equal(new Set(statuses).size, statuses.length, 'a status is told when it changes')
      assert.deepEqual(
        events.filter((event) => event.type === 'end'),
        [{ type: 'end', status: 'success' }],
      )
      assert.equal(events.at(-1)?.type, 'end')
    }
  },

  'following goes on after the line that it is given': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    const whole = await collect(api.sync.runs.follow(run.id))
    for (const [index, event] of whole.entries()) {
      if (event.type !== 'log') continue
      const rest = await collect(api.sync.runs.follow(run.id, { after: event.id }))
      assert.deepEqual(rest, whole.slice(index + 1))
    }
    const none = await collect(api.sync.runs.follow(run.id, { after: Number.MAX_SAFE_INTEGER }))
    assert.deepEqual(none, [{ type: 'end', status: 'success' }])
  },

  'following after what is no line is refused, and the field named': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    for (const after of [0, -1, 1.5, 2 ** 53, Number.NaN, 'x', '', '01']) {
      const call = collect(api.sync.runs.follow(run.id, { after: after as number }))
      await refuses(call, 'INVALID_INPUT', { field: 'after', of: after })
    }
  },

  'following that is given up, or left, leaves the run at work': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdPushes()
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id)
    const controller = new AbortController()
    const givenUp = async () => {
      for await (const event of api.sync.runs.follow(run.id, controller)) {
        // nothing more comes until the push goes on
        if (event.type === 'log' && event.text.startsWith('pushing')) setImmediate(() => controller.abort())
      }
    }
    await refuses(givenUp(), 'ABORTED')
    for await (const _ of api.sync.runs.follow(run.id)) break
    assert.equal((await api.sync.runs.get(run.id)).status, 'running')
    release()
    assert.equal((await api.sync.runs.wait(run.id)).status, 'success')
  },
}
