import { setImmediate } from 'node:timers/promises'
import type { GitferryEvents } from '@gitferry/core/contract'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../src/index.ts'
import { type Answer, failure, type ScriptedServer, scriptedServer, success } from './scripted-server.ts'

type Told = readonly [name: string, data: unknown]

const deleted = (id: number): Told => ['repo.deleted', { id }]

/** A connection that listens, tells `events` and then breaks off. Whoever is cut off may come back at once. */
const stream = (...events: Told[]): Answer => ({
  headers: { 'content-type': 'text/event-stream' },
  body: [
    'retry: 0',
    ...[['listening', {}] as const, ...events].map(
      ([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}`,
    ),
    '',
  ].join('\n\n'),
})

/** The same, and it stays open. */
const openStream = (...events: Told[]): Answer => ({ ...stream(...events), goesOn: true })

const namesAsked = ({ received }: ScriptedServer) =>
  received.map(({ url }) => new URL(url, 'http://host').searchParams.get('names'))

/** Waits until so many connections are open. Sockets are not counted: Node’s fetch opens spare ones. */
const listening = async (server: ScriptedServer, count: number) => {
  while (server.waiting !== count) await setImmediate()
}

const gone = (server: ScriptedServer) => listening(server, 0)

async function first(count: number, events: AsyncIterable<{ readonly id: number }>): Promise<number[]> {
  const ids: number[] = []
  for await (const { id } of events) if (ids.push(id) === count) break
  return ids
}

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('events', () => {
  it('are asked for at once, by the one name, and tell what they carry', async () => {
    await using server = await scriptedServer([openStream(deleted(1), deleted(2))])
    const events = createClient(server).events('repo.deleted')
    await server.asked
    expect(server.received.map(({ headers, method, url }) => [method, url, headers.accept])).toEqual([
      ['GET', '/api/v1/events?names=repo.deleted', 'text/event-stream'],
    ])
    expect(await first(2, events)).toEqual([1, 2])
    expect(await events.next()).toEqual({ done: true, value: undefined })
    await gone(server)
  })

  it('pass over what a newer server tells besides, and other names', async () => {
    const others: Told[] = [
      ['repo.teleported', { id: 9 }],
      ['task.deleted', { id: 9 }],
      ['end', {}],
    ]
    await using server = await scriptedServer([openStream(...others, deleted(1))])
    expect(await first(1, createClient(server).events('repo.deleted'))).toEqual([1])
  })

  it('go on over a connection that breaks, and over a server that stops and starts anew', async () => {
    await using server = await scriptedServer([
      stream(deleted(1)),
      { stops: 'reset' },
      stream(deleted(2), ['end', {}]),
      stream(),
      stream(),
      stream(),
      stream(),
      stream(),
      stream(),
      stream(deleted(3)),
    ])
    expect(await first(3, createClient(server).events('repo.deleted'))).toEqual([1, 2, 3])
  })

  it('go on over a proxy’s page that stands for a server which starts anew', async () => {
    const page: Answer = { status: 502, body: '<html>', headers: { 'retry-after': '0' } }
    await using server = await scriptedServer([stream(deleted(1)), page, page, page, stream(deleted(2))])
    expect(await first(2, createClient(server).events('repo.deleted'))).toEqual([1, 2])
  })

  it('end with an error when the server stays away', async () => {
    await using server = await scriptedServer([
      stream(deleted(1)),
      { ...stream(), body: 'retry: 0\n\n: nothing else\n\n' },
    ])
    await expect(first(2, createClient(server).events('repo.deleted'))).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
    })
    expect(server.received).toHaveLength(1 + 5)
  })

  it.each<[string, Answer, string]>([
    ['what the server refuses', failure(400, 'INVALID_INPUT', { field: 'names' }), 'INVALID_INPUT'],
    ['an answer that is no event stream', success({}), 'UNEXPECTED_RESPONSE'],
    ['no answer', { stops: 'reset' }, 'SERVER_UNREACHABLE'],
    [
      'an event that is no JSON',
      { ...stream(), body: 'event: repo.deleted\ndata: x\n\n' },
      'UNEXPECTED_RESPONSE',
    ],
  ])('throw at once: %s', async (_, answer, code) => {
    await using server = await scriptedServer([answer])
    await expect(first(1, createClient(server).events('repo.deleted'))).rejects.toMatchObject({ code })
  })

  it.each(['before the call', 'before the first read', 'during a read', 'while an event is worked on'])(
    'end without an error when the signal fires %s',
    async (when) => {
      await using server = await scriptedServer([openStream(deleted(1), deleted(2))])
      const controller = new AbortController()
      if (when === 'before the call') controller.abort()
      const events = createClient(server).events('repo.deleted', controller)
      if (when === 'before the first read') {
        // an event has had time to come, and is not told any more
        for (let turn = 0; turn < 200; turn++) await setImmediate()
        controller.abort()
      }
      if (when === 'during a read' || when === 'while an event is worked on') await events.next()
      if (when === 'during a read') await events.next()
      if (when === 'while an event is worked on') controller.abort()
      const reading = events.next()
      if (when === 'during a read') setTimeout(() => controller.abort(), 5)
      expect(await reading).toEqual({ done: true, value: undefined })
      expect(await events.next()).toEqual({ done: true, value: undefined })
      await gone(server)
      expect(server.received.length).toBeLessThan(2)
    },
  )

  it('let go of the connection by return(), also before a loop and during a read', async () => {
    await using server = await scriptedServer([openStream()])
    const events = createClient(server).events('repo.deleted')
    await server.asked
    const reading = events.next()
    await events.return?.()
    expect(await reading).toEqual({ done: true, value: undefined })
    await gone(server)
    const unread = createClient(server).events('repo.deleted')
    await unread.return?.()
    await gone(server)
  })
})

describe('listeners', () => {
  it('that are added in one go share a connection that asks for their names', async () => {
    await using server = await scriptedServer([openStream(deleted(1), ['tag.deleted', { name: 'v1' }])])
    const client = createClient(server)
    const told: unknown[] = []
    const done = Promise.withResolvers<void>()
    const off = [
      client.on('repo.deleted', (event) => told.push(['first', event])),
      client.on('repo.deleted', (event) => told.push(['second', event])),
      client.on('tag.deleted', (event) => {
        told.push(event)
        done.resolve()
      }),
    ]
    expect(server.received).toHaveLength(0)
    await done.promise
    expect(told).toEqual([['first', { id: 1 }], ['second', { id: 1 }], { name: 'v1' }])
    expect(namesAsked(server)).toEqual(['repo.deleted,tag.deleted'])
    for (const unsubscribe of off) unsubscribe()
    await gone(server)
    expect(server.received).toHaveLength(1)
  })

  it('of a name that is asked for later get a connection of their own, and disturb no other', async () => {
    await using server = await scriptedServer(({ url }) =>
      url.includes('tag') ? openStream(['tag.deleted', { name: 'v1' }]) : openStream(deleted(1)),
    )
    const client = createClient(server)
    const asked = Promise.withResolvers<void>()
    const off = client.on('repo.deleted', () => asked.resolve())
    await asked.promise
    const tag = Promise.withResolvers<GitferryEvents['tag.deleted']>()
    const others = [client.on('repo.deleted', () => {}), client.on('tag.deleted', tag.resolve)]
    expect(await tag.promise).toEqual({ name: 'v1' })
    expect(namesAsked(server)).toEqual(['repo.deleted', 'tag.deleted'])
    others[1]!()
    await listening(server, 1)
    off()
    // somebody listens to that name still; the server had time to see the others leave
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    expect(server.waiting).toBe(1)
    others[0]!()
    await gone(server)
    expect(server.received).toHaveLength(2)
  })

  it('unsubscribe twice at no harm, and one function may listen twice', async () => {
    await using server = await scriptedServer([
      stream(deleted(1)),
      stream(deleted(2)),
      openStream(deleted(3)),
    ])
    const client = createClient(server)
    const ids: number[] = []
    const done = Promise.withResolvers<void>()
    const listener = ({ id }: { readonly id: number }) => {
      ids.push(id)
      if (id === 1) off()
      if (id === 3) done.resolve()
    }
    const off = client.on('repo.deleted', listener)
    const other = client.on('repo.deleted', listener)
    await done.promise
    off()
    expect(ids).toEqual([1, 1, 2, 3])
    other()
    await gone(server)
  })

  it('that leave at once are never asked for', async () => {
    await using server = await scriptedServer([openStream(deleted(1))])
    const client = createClient(server)
    client.on('repo.deleted', () => expect.unreachable())()
    await setImmediate()
    expect(server.received).toHaveLength(0)
    const told = Promise.withResolvers<{ readonly id: number }>()
    const off = client.on('repo.deleted', told.resolve)
    expect(await told.promise).toEqual({ id: 1 })
    off()
    await gone(server)
  })

  it('wait for a server that is not there yet, for as long as it takes', async () => {
    let up = false
    await using server = await scriptedServer(() => (up ? openStream(deleted(1)) : { stops: 'reset' }))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const told = Promise.withResolvers<{ readonly id: number }>()
    const errors: unknown[] = []
    const client = createClient({ baseUrl: server.baseUrl, onError: (error) => errors.push(error) })
    const off = client.on('repo.deleted', told.resolve)
    while (server.received.length < 20) {
      await vi.advanceTimersByTimeAsync(100)
      await setImmediate()
    }
    up = true
    let id: number | undefined
    void told.promise.then((event) => {
      id = event.id
    })
    while (id === undefined) {
      await vi.advanceTimersByTimeAsync(100)
      await setImmediate()
    }
    expect(errors).toEqual([])
    off()
    await gone(server)
  })

  it('hear nothing more after a refusal, which is told once, until somebody listens again', async () => {
    await using server = await scriptedServer([failure(401, 'UNAUTHENTICATED'), openStream(deleted(1))])
    const refused = Promise.withResolvers<unknown>()
    const client = createClient({ baseUrl: server.baseUrl, onError: refused.resolve })
    const told: string[] = []
    const off = client.on('repo.deleted', () => told.push('first'))
    expect(await refused.promise).toMatchObject({ code: 'UNAUTHENTICATED' })
    await setImmediate()
    expect(server.received).toHaveLength(1)
    const second = Promise.withResolvers<void>()
    const offSecond = client.on('repo.deleted', () => second.resolve())
    await second.promise
    expect(told).toEqual(['first'])
    off()
    offSecond()
    await gone(server)
  })

  it('that throw or reject are told, and disturb nobody', async () => {
    await using server = await scriptedServer([openStream(deleted(1))])
    const errors: unknown[] = []
    const client = createClient({ baseUrl: server.baseUrl, onError: (error) => errors.push(error) })
    const done = Promise.withResolvers<void>()
    const off = [
      client.on('repo.deleted', () => {
        throw new Error('thrown')
      }),
      client.on('repo.deleted', async () => {
        throw new Error('rejected')
      }),
      client.on('repo.deleted', () => done.resolve()),
    ]
    await done.promise
    await setImmediate()
    expect(errors.map(String)).toEqual(['Error: thrown', 'Error: rejected'])
    for (const unsubscribe of off) unsubscribe()
    await gone(server)
  })

  it('whose error nobody takes throw it for the platform to report', async () => {
    await using server = await scriptedServer([openStream(deleted(1))])
    const client = createClient(server)
    const run = globalThis.queueMicrotask
    const reported = Promise.withResolvers<unknown>()
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((callback) =>
      run(() => {
        try {
          callback()
        } catch (error) {
          reported.resolve(error)
        }
      }),
    )
    const off = client.on('repo.deleted', () => {
      throw new Error('thrown')
    })
    expect(String(await reported.promise)).toBe('Error: thrown')
    off()
    await gone(server)
  })
})
