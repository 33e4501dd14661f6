import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import type {
  GitferryEventName,
  GitferryEvents,
  Run,
  RunLogEvent,
  RunLogRow,
  RunStatus,
} from '../../src/contract/index.ts'
import { GitferryError } from '../../src/errors/index.ts'
import { silentLogger } from '../../src/ports/index.ts'
import { EventBus } from '../../src/runtime/event-bus.ts'
import type { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { followRun } from '../../src/services/follow-run.ts'
import { RunWaiter } from '../../src/services/run-waiter.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'

const at = '2026-01-01T00:00:00.000Z'
const row = (id: number): RunLogRow => ({ id, run_id: 7, at, text: `line ${id}`, version: 1 })
const line = (id: number): RunLogEvent => ({ type: 'log', id, at, text: `line ${id}` })

/** Counts who listens. */
class CountingBus extends EventBus {
  listening = 0

  override on<Name extends GitferryEventName>(
    name: Name,
    listener: (event: GitferryEvents[Name]) => void,
  ): () => void {
    const off = super.on(name, listener)
    this.listening += 1
    return () => {
      this.listening -= 1
      off()
    }
  }
}

let events: CountingBus
let clock: TestClock
let waiter: RunWaiter
let rows: RunLogRow[]
let status: RunStatus
let closed: boolean
let storage: ManagedStorage
let told: RunLogEvent[]

beforeEach(() => {
  events = new CountingBus({ logger: silentLogger })
  clock = createTestClock()
  rows = []
  status = 'running'
  closed = false
  told = []
  const tables: Record<string, object> = {
    runs: { get: async (id: number) => (id === 7 ? { id, status } : undefined) },
    run_log: {
      find: async ({ after }: { after: { id: number } }) => {
        const found = rows.filter(({ id }) => id > after.id)
        await setImmediate()
        return found
      },
    },
    run_refs: { find: async () => [] },
  }
  const collection = (name: string) => {
    if (closed) throw new GitferryError('CLOSED', 'gitferry has been stopped.')
    return tables[name]
  }
  const session = { collection: (name: string) => tables[name] }
  storage = {
    collection,
    transaction: (work: (given: unknown) => unknown) => work(session),
  } as unknown as ManagedStorage
  waiter = new RunWaiter({ events })
})

function follow(options: { after?: number; signal?: AbortSignal } = {}) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const ended = (async () => {
    for await (const event of followRun(7, options, { clock, events, storage, waiter })) {
      told.push(event)
      resolve()
    }
  })()
  ended.catch(() => {})
  return { begun: promise, ended }
}

const emit = (name: GitferryEventName, event: object) => events.emit(name, event as never)
const announce = (id: number) => emit('run.log', { run_id: 7, line: `${at} line ${id}` })

function finish(): void {
  status = 'success'
  emit('run.finished', { run: { id: 7, status } as Run })
}

/** Until the follower has told `count` events. */
async function until(count: number): Promise<void> {
  while (told.length < count) await setImmediate()
}

const letGo = async () => {
  // its wait ends with an error of its own, a few turns later
  while (events.listening > 0) await setImmediate()
  expect(clock.pending).toBe(0)
}

describe('following a run', () => {
  it('looks for a line once it should be stored, and again when it was not', async () => {
    const { begun, ended } = follow()
    await begun
    expect(told).toEqual([{ type: 'status', status: 'running' }])
    announce(1)
    await clock.advance(150)
    expect(told).toHaveLength(1)
    rows.push(row(1))
    await clock.advance(300)
    await until(2)
    expect(told[1]).toEqual(line(1))
    await clock.advance(60_000)
    expect(clock.pending).toBe(0)
    finish()
    await ended
    expect(told.slice(2)).toEqual([{ type: 'end', status: 'success' }])
    await letGo()
  })

  it('tells no line twice when the run ends while the lines before are being told', async () => {
    rows.push(row(1), row(2))
    const generator = followRun(7, {}, { clock, events, storage, waiter })
    told.push((await generator.next()).value as RunLogEvent)
    rows.push(row(3))
    finish()
    for await (const event of generator) told.push(event)
    expect(told.filter(({ type }) => type !== 'status')).toEqual([
      line(1),
      line(2),
      line(3),
      { type: 'end', status: 'success' },
    ])
    await letGo()
  })

  it('tells the last lines and the true end also when the storage closes at once', async () => {
    const { begun, ended } = follow()
    await begun
    rows.push(row(1))
    finish()
    waiter.close()
    closed = true
    await ended
    expect(told.slice(1)).toEqual([line(1), { type: 'end', status: 'success' }])
    await letGo()
  })

  it('ends with the status of now when gitferry stops before the run has ended', async () => {
    const { begun, ended } = follow()
    await begun
    waiter.close()
    closed = true
    await ended
    expect(told.slice(1)).toEqual([{ type: 'end', status: 'running' }])
    await letGo()
  })

  it('lets go of everything when it is given up while it waits', async () => {
    const controller = new AbortController()
    const { begun, ended } = follow({ signal: controller.signal })
    await begun
    announce(1)
    controller.abort()
    await expect(ended).rejects.toMatchObject({ code: 'ABORTED' })
    await letGo()
  })

  it('lets go of everything when its loop is left', async () => {
    for await (const _ of followRun(7, {}, { clock, events, storage, waiter })) break
    await letGo()
  })

  it('is of no interest to other runs’ events, and listens to none before it is read', async () => {
    followRun(7, {}, { clock, events, storage, waiter })
    expect(events.listening).toBe(0)
    const { begun, ended } = follow()
    await begun
    emit('run.log', { run_id: 8, line: 'x' })
    emit('run.finished', { run: { id: 8, status: 'success' } })
    expect(clock.pending).toBe(0)
    finish()
    await ended
    expect(told).toHaveLength(2)
  })

  it('fails as the storage fails', async () => {
    const { begun, ended } = follow()
    await begun
    const failure = new GitferryError('STORAGE_FAILED', 'no')
    storage.transaction = () => Promise.reject(failure)
    finish()
    await expect(ended).rejects.toBe(failure)
    await letGo()
  })
})
