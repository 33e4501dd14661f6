import { getEventListeners } from 'node:events'
import { EventEmitter } from 'eventemitter3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { GitferryEvent, GitferryEvents } from '../../src/contract/index.ts'
import { type LogFields, silentLogger } from '../../src/ports/index.ts'
import { EventBus } from '../../src/runtime/event-bus.ts'
import { turns } from '../../src/testing/queue/turns.ts'

function makeBus() {
  const lines: { readonly level: string; readonly message: string; readonly fields?: LogFields }[] = []
  const bus = new EventBus({
    logger: {
      ...silentLogger,
      warn: (message, fields = {}) => void lines.push({ level: 'warn', message, fields }),
      error: (message, fields = {}) => void lines.push({ level: 'error', message, fields }),
    },
  })
  const emit = (...ids: number[]) => {
    for (const id of ids) bus.emit('repo.deleted', { id })
  }
  /** How many listen to the removal of repositories, counted on the emitter itself. */
  const listeners = () => {
    const emitted = vi.spyOn(EventEmitter.prototype, 'emit')
    emit(0)
    return (emitted.mock.contexts.at(-1) as EventEmitter).listenerCount('repo.deleted')
  }
  return { bus, lines, emit, listeners }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('listeners', () => {
  it('are called at once, in order, with the event itself', () => {
    const { bus } = makeBus()
    const seen: [string, GitferryEvents['repo.deleted']][] = []
    bus.on('repo.deleted', (event) => seen.push(['first', event]))
    bus.on('repo.deleted', (event) => seen.push(['second', event]))
    const event = { id: 7 }
    bus.emit('repo.deleted', event)
    expect(seen.map(([who]) => who)).toEqual(['first', 'second'])
    for (const [, got] of seen) expect(got).toBe(event)
  })

  it('hear only the events of their name', () => {
    const { bus } = makeBus()
    bus.on('key.deleted', () => expect.unreachable())
    bus.emit('repo.deleted', { id: 1 })
  })

  it('that throw or reject are logged, and disturb neither the emitter nor the others', async () => {
    const { bus, lines, emit } = makeBus()
    const thrown = new Error('thrown')
    const rejected = new Error('rejected')
    const seen: number[] = []
    bus.on('repo.deleted', () => {
      throw thrown
    })
    bus.on('repo.deleted', async () => {
      throw rejected
    })
    bus.on('repo.deleted', ({ id }) => seen.push(id))
    emit(1, 2)
    await turns()
    expect(seen).toEqual([1, 2])
    expect(lines).toHaveLength(4)
    for (const { level, fields } of lines) expect([level, fields?.event]).toEqual(['error', 'repo.deleted'])
    expect(lines.map(({ fields }) => fields?.error)).toEqual([thrown, thrown, rejected, rejected])
  })

  it('hear nothing once they have unsubscribed, which may be done twice and takes nobody else away', () => {
    const { bus, emit } = makeBus()
    const seen: number[] = []
    const listener = ({ id }: { readonly id: number }) => void seen.push(id)
    const unsubscribe = bus.on('repo.deleted', listener)
    bus.on('repo.deleted', listener)
    emit(1)
    expect(unsubscribe()).toBeUndefined()
    unsubscribe()
    emit(2)
    expect(seen).toEqual([1, 1, 2])
  })

  it('may unsubscribe and subscribe while an event is on its way', () => {
    const { bus, emit } = makeBus()
    const seen: string[] = []
    const unsubscribe = bus.on('repo.deleted', () => {
      seen.push('once')
      unsubscribe()
      bus.on('repo.deleted', ({ id }) => seen.push(`late ${id}`))
    })
    bus.on('repo.deleted', () => seen.push('always'))
    emit(1)
    expect(seen).toEqual(['once', 'always'])
    emit(2)
    expect(seen).toEqual(['once', 'always', 'always', 'late 2'])
  })
})

/** Whether the next event of a stream is an end. */
const end = { done: true, value: undefined }
const event = (id: number) => ({ done: false, value: { id } })

describe('an event stream', () => {
  it('yields every event from the call on, in order', async () => {
    const { bus, emit } = makeBus()
    emit(1)
    const stream = bus.events('repo.deleted')
    emit(2, 3)
    expect(await stream.next()).toEqual(event(2))
    expect(await stream.next()).toEqual(event(3))
    const waiting = stream.next()
    await turns()
    emit(4)
    expect(await waiting).toEqual(event(4))
    await stream.return()
  })

  it('ends with the loop that is left early, and then listens no more', async () => {
    const { bus, emit, listeners } = makeBus()
    const controller = new AbortController()
    const stream = bus.events('repo.deleted', { signal: controller.signal })
    expect(listeners()).toBe(1)
    expect(await stream.next()).toEqual(event(0))
    emit(1, 2, 3)
    const seen: number[] = []
    for await (const { id } of stream) {
      seen.push(id)
      if (id === 2) break
    }
    expect(seen).toEqual([1, 2])
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    expect(listeners()).toBe(0)
    expect(await stream.next()).toEqual(end)
  })

  it('ends when the loop throws', async () => {
    const { bus, emit, listeners } = makeBus()
    const stream = bus.events('repo.deleted')
    emit(1)
    const loop = async () => {
      for await (const { id } of stream) throw new Error(`broken at ${id}`)
    }
    await expect(loop()).rejects.toThrow('broken at 1')
    expect(listeners()).toBe(0)
    expect(await stream.next()).toEqual(end)
  })

  it.each([
    'before the call',
    'before the first read',
    'during a read',
    'while an event is worked on',
  ] as const)('ends without an error when the signal fires %s', async (when) => {
    const { bus, emit, listeners } = makeBus()
    const controller = new AbortController()
    if (when === 'before the call') controller.abort()
    const stream = bus.events('repo.deleted', { signal: controller.signal })
    if (when === 'before the first read') controller.abort()
    if (when === 'while an event is worked on') {
      emit(1, 2)
      expect(await stream.next()).toEqual(event(1))
      controller.abort()
    }
    const reading = stream.next()
    await turns()
    if (when === 'during a read') controller.abort()
    expect(await reading).toEqual(end)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    expect(listeners()).toBe(0)
    expect(await stream.next()).toEqual(end)
  })

  it('ends a read under way when it is returned, and may be returned twice', async () => {
    const { bus, listeners } = makeBus()
    const stream = bus.events('repo.deleted')
    const reading = stream.next()
    await turns()
    expect(await stream.return()).toEqual(end)
    expect(await reading).toEqual(end)
    expect(await stream.return()).toEqual(end)
    expect(listeners()).toBe(0)
    expect(await stream.next()).toEqual(end)
  })

  it('keeps the last 1,000 events of a slow consumer, and says how many it lost', async () => {
    const { bus, lines, emit } = makeBus()
    const stream = bus.events('repo.deleted')
    emit(...Array.from({ length: 1_000 }, (_, index) => index + 1))
    emit(1_001, 1_002, 1_003)
    for (let id = 4; id <= 1_003; id += 1) expect(await stream.next()).toEqual(event(id))
    expect(lines).toEqual([])
    const reading = stream.next()
    await turns()
    expect(lines).toMatchObject([{ level: 'warn', fields: { event: 'repo.deleted', lost: 3 } }])
    emit(2_000)
    expect(await reading).toEqual(event(2_000))
    await stream.return()
    expect(lines).toHaveLength(1)
  })

  it('says how many events were lost also when it ends before it has caught up', async () => {
    const { bus, lines, emit } = makeBus()
    const stream = bus.events('repo.deleted')
    emit(...Array.from({ length: 1_002 }, (_, index) => index))
    await stream.return()
    expect(lines).toMatchObject([{ level: 'warn', fields: { lost: 2 } }])
  })

  it('does not share events with another stream: each gets all', async () => {
    const { bus, emit } = makeBus()
    const streams = [bus.events('repo.deleted'), bus.events('repo.deleted')]
    emit(1)
    for (const stream of streams) {
      expect(await stream.next()).toEqual(event(1))
      await stream.return()
    }
  })
})

describe('the events of several names', () => {
  it('come in the order in which they happen, each with its name', async () => {
    const { bus, emit } = makeBus()
    const stream = bus.eventsOf(['repo.deleted', 'key.deleted'])
    bus.emit('key.deleted', { id: 1 })
    emit(2)
    bus.emit('channel.deleted', { id: 3 })
    bus.emit('key.deleted', { id: 4 })
    bus.close()
    const seen: unknown[] = []
    for await (const event of stream) seen.push(event)
    expect(seen).toEqual([
      { name: 'key.deleted', data: { id: 1 } },
      { name: 'repo.deleted', data: { id: 2 } },
      { name: 'key.deleted', data: { id: 4 } },
    ])
  })

  it('share one buffer of 1,000', async () => {
    const { bus, lines } = makeBus()
    const stream = bus.eventsOf(['repo.deleted', 'key.deleted'])
    for (let id = 1; id <= 501; id += 1) {
      bus.emit('repo.deleted', { id })
      bus.emit('key.deleted', { id })
    }
    expect(await stream.next()).toEqual({ done: false, value: { name: 'repo.deleted', data: { id: 2 } } })
    await stream.return()
    expect(lines).toMatchObject([{ level: 'warn', fields: { event: 'repo.deleted,key.deleted', lost: 2 } }])
  })

  it('are listened to under none of the names any more when the stream has ended', async () => {
    const { bus, listeners } = makeBus()
    const stream = bus.eventsOf(['key.deleted', 'repo.deleted'])
    expect(listeners()).toBe(1)
    await stream.return()
    expect(listeners()).toBe(0)
  })
})

describe('who is told only some', () => {
  const only = (told: (id: number) => boolean) => ({
    only: ({ data }: GitferryEvent) => told((data as { id: number }).id),
  })

  it('is told no other, by a listener and by streams, and loses none to those that are not for them', async () => {
    const { bus, emit, lines } = makeBus()
    const heard: unknown[] = []
    const even = only((id) => id % 2 === 0)
    bus.on('repo.deleted', (data) => heard.push(data), even)
    const rare = only((id) => id % 600 === 0)
    const stream = bus.events('repo.deleted', rare)
    const several = bus.eventsOf(['repo.deleted', 'key.deleted'], rare)
    const ids = Array.from({ length: 1_200 }, (_, at) => at + 1)
    emit(...ids)
    expect(heard).toEqual(ids.filter((id) => id % 2 === 0).map((id) => ({ id })))
    expect([await stream.next(), await stream.next()]).toEqual([event(600), event(1_200)])
    expect((await several.next()).value).toEqual({ name: 'repo.deleted', data: { id: 600 } })
    expect(lines).toEqual([])
  })
})

describe('closing', () => {
  it('ends every stream once what it holds is read', async () => {
    const { bus, emit, listeners } = makeBus()
    const stream = bus.events('repo.deleted')
    emit(1, 2)
    bus.close()
    bus.close()
    expect(await stream.next()).toEqual(event(1))
    expect(await stream.next()).toEqual(event(2))
    expect(await stream.next()).toEqual(end)
    expect(listeners()).toBe(0)
  })

  it('ends a read under way, and a stream that is asked for later', async () => {
    const { bus } = makeBus()
    const reading = bus.events('repo.deleted').next()
    await turns()
    bus.close()
    expect(await reading).toEqual(end)
    expect(await bus.events('repo.deleted').next()).toEqual(end)
  })
})
