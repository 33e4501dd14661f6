import { setImmediate } from 'node:timers/promises'
import type { FollowOptions, RunLogEvent } from '@gitferry/core/contract'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../src/index.ts'
import { type Answer, failure, scriptedServer, success } from './scripted-server.ts'

const at = '2026-01-01T00:00:00.000Z'
const line = (id: number): RunLogEvent => ({ type: 'log', id, at, text: `line ${id}` })
const running: RunLogEvent = { type: 'status', status: 'running' }
const end: RunLogEvent = { type: 'end', status: 'success' }

/** A connection that tells `events` and then breaks off. Whoever is cut off may come back at once. */
const stream = (...events: RunLogEvent[]): Answer => ({
  headers: { 'content-type': 'text/event-stream' },
  body: ['retry: 0', ...events.map(asText), ''].join('\n\n'),
})

const asText = ({ type, ...data }: RunLogEvent) =>
  `event: ${type}\n${'id' in data ? `id: ${data.id}\n` : ''}data: ${JSON.stringify(data)}`

async function follow(baseUrl: string, options?: FollowOptions): Promise<RunLogEvent[]> {
  const told: RunLogEvent[] = []
  for await (const event of createClient({ baseUrl }).sync.runs.follow(7, options)) told.push(event)
  return told
}

afterEach(() => {
  vi.useRealTimers()
})

describe('following a run', () => {
  it('asks for an event stream and tells what it holds, until its end', async () => {
    await using server = await scriptedServer([stream(line(1), running, line(2), end, line(3))])
    expect(await follow(server.baseUrl)).toEqual([line(1), running, line(2), end])
    expect(server.received.map(({ headers, method, url }) => [method, url, headers.accept])).toEqual([
      ['GET', '/api/v1/sync/runs/7/log', 'text/event-stream'],
    ])
    expect(server.received[0]?.headers).not.toHaveProperty('last-event-id')
  })

  it('comes back after the last line that it got, and tells no status twice', async () => {
    await using server = await scriptedServer([
      stream(line(4), running),
      { stops: 'reset' },
      stream(running, line(9)),
      stream(running),
      stream(line(12), end),
    ])
    expect(await follow(server.baseUrl, { after: 2 })).toEqual([line(4), running, line(9), line(12), end])
    expect(server.received.map(({ headers, url }) => [url, headers['last-event-id']])).toEqual([
      ['/api/v1/sync/runs/7/log?after=2', undefined],
      ['/api/v1/sync/runs/7/log?after=2', '4'],
      ['/api/v1/sync/runs/7/log?after=2', '4'],
      ['/api/v1/sync/runs/7/log?after=2', '9'],
      ['/api/v1/sync/runs/7/log?after=2', '9'],
    ])
  })

  it('drops an event that a connection cut off in its middle, and gets it whole', async () => {
    const cut = stream(line(1))
    await using server = await scriptedServer([
      { ...cut, body: `${cut.body}event: log\nid: 2\ndata: {"id":2` },
      stream(line(2), end),
    ])
    expect(await follow(server.baseUrl)).toEqual([line(1), line(2), end])
    expect(server.received[1]?.headers['last-event-id']).toBe('1')
  })

  it('gives up after five connections in a row that bring nothing', async () => {
    await using server = await scriptedServer([stream(line(1)), stream()])
    await expect(follow(server.baseUrl)).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' })
    expect(server.received).toHaveLength(1 + 5)
  })

  it.each<[string, Answer, string]>([
    ['the server’s own error', failure(404, 'RUN_NOT_FOUND'), 'RUN_NOT_FOUND'],
    ['an answer that is no event stream', success({}), 'UNEXPECTED_RESPONSE'],
    ['no answer', { stops: 'reset' }, 'SERVER_UNREACHABLE'],
    [
      'an event that is no JSON',
      { headers: { 'content-type': 'text/event-stream' }, body: 'event: log\ndata: x\n\n' },
      'UNEXPECTED_RESPONSE',
    ],
  ])('throws at once: %s', async (_, answer, code) => {
    await using server = await scriptedServer([answer])
    await expect(follow(server.baseUrl)).rejects.toMatchObject({ code })
  })

  it('throws what a server that it came back to refuses', async () => {
    await using server = await scriptedServer([stream(line(1)), failure(404, 'RUN_NOT_FOUND')])
    await expect(follow(server.baseUrl)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    expect(server.received).toHaveLength(2)
  })

  it('passes over events of a newer server', async () => {
    const given = stream(line(1), end)
    await using server = await scriptedServer([
      { ...given, body: String(given.body).replace('event: end', 'event: phase\ndata: x\n\nevent: end') },
    ])
    expect(await follow(server.baseUrl)).toEqual([line(1), end])
  })

  it('takes a connection that is silent for 45 s for broken', async () => {
    const silent = stream(line(1))
    const server = await scriptedServer(({ headers }) =>
      headers['last-event-id'] === '1' ? stream(end) : { ...silent, goesOn: true },
    )
    await using _ = server
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const told: RunLogEvent[] = []
    const loop = (async () => {
      for await (const event of createClient(server).sync.runs.follow(7)) told.push(event)
    })()
    while (told.length < 1 || vi.getTimerCount() === 0) await setImmediate()
    await vi.advanceTimersByTimeAsync(44_999)
    expect(server.received).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    await server.brokenOff
    while (server.received.length < 2) await vi.advanceTimersByTimeAsync(1)
    await loop
    expect(told).toEqual([line(1), end])
  })

  it.each(['break', 'abort'])('closes the connection when its loop ends by %s', async (how) => {
    await using server = await scriptedServer([{ ...stream(line(1)), goesOn: true }])
    const controller = new AbortController()
    const loop = async () => {
      for await (const _ of createClient(server).sync.runs.follow(7, controller)) {
        if (how === 'break') break
        // while it waits for the next event
        setTimeout(() => controller.abort(), 5)
      }
    }
    if (how === 'break') await loop()
    else await expect(loop()).rejects.toMatchObject({ code: 'ABORTED' })
    await server.brokenOff
    while ((await server.openSockets()) > 0) await setImmediate()
    expect(server.received).toHaveLength(1)
  })

  it('ends by the signal while it waits to come back', async () => {
    const slow = {
      ...stream(line(1)),
      body: String(stream(line(1)).body).replace('retry: 0', 'retry: 30000'),
    }
    await using server = await scriptedServer([slow])
    const controller = new AbortController()
    const loop = async () => {
      for await (const _ of createClient(server).sync.runs.follow(7, controller)) {
        setTimeout(() => controller.abort(), 10)
      }
    }
    await expect(loop()).rejects.toMatchObject({ code: 'ABORTED' })
    expect(server.received).toHaveLength(1)
  })
})
