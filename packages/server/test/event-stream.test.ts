import type { RunLogEvent } from '@gitferry/core/contract'
import { GitferryError, isGitferryError } from '@gitferry/core/errors'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ServedApp, serveApp } from './served-app.ts'

const address = 'GET /api/v1/sync/runs/7/log'
const asEvents = { headers: { Accept: 'text/event-stream' } }
const line = (id: number): RunLogEvent => ({
  type: 'log',
  id,
  at: '2026-01-01T00:00:00.000Z',
  text: `line\n${id}`,
})

/** What comes of a stream, until it holds `piece` or has ended. */
function readerOf(answer: Response) {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return async (piece?: string): Promise<string> => {
    while (piece === undefined || !text.includes(piece)) {
      const { done, value } = await reader.read()
      if (done) return text
      text += value
    }
    return text
  }
}

/** A log that tells `events` and then goes on until its caller goes away. */
function endless(app: ServedApp, ...events: RunLogEvent[]) {
  const ended = Promise.withResolvers<void>()
  app.behaviour['sync.runs.follow'] = async function* (_, signal?: AbortSignal) {
    try {
      yield* events
      await new Promise<void>((resolve) => {
        if (signal?.aborted) resolve()
        signal?.addEventListener('abort', () => resolve())
      })
      throw new GitferryError('ABORTED', 'The caller went away.')
    } finally {
      ended.resolve()
    }
  } as ServedApp['behaviour'][string]
  return ended.promise
}

afterEach(() => {
  vi.useRealTimers()
})

describe('the log of a run as an event stream', () => {
  it('holds every line under its id, each change of status, and the end', async () => {
    const app = await serveApp()
    app.behaviour['sync.runs.follow'] = () => [
      line(3),
      { type: 'status', status: 'running' },
      line(9),
      { type: 'end', status: 'success' },
    ]
    const { headers, status, text } = await app.send(address, asEvents)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(text).toBe(
      [
        'retry: 3000',
        'event: log\ndata: {"id":3,"at":"2026-01-01T00:00:00.000Z","text":"line\\n3"}\nid: 3',
        'event: status\ndata: {"status":"running"}',
        'event: log\ndata: {"id":9,"at":"2026-01-01T00:00:00.000Z","text":"line\\n9"}\nid: 9',
        'event: end\ndata: {"status":"success"}',
        '',
      ].join('\n\n'),
    )
  })

  it.each([
    ['text/event-stream', 'text/event-stream; charset=utf-8'],
    ['text/event-stream, */*', 'text/event-stream; charset=utf-8'],
    ['text/plain;q=0.5, Text/Event-Stream', 'text/event-stream; charset=utf-8'],
    ['text/event-stream;q=0', 'text/plain; charset=utf-8'],
    ['text/plain, text/event-stream;q=0.5', 'text/plain; charset=utf-8'],
    ['*/*', 'text/plain; charset=utf-8'],
    ['text/*', 'text/plain; charset=utf-8'],
    ['application/json', 'text/plain; charset=utf-8'],
  ])('is answered when the caller asks for one: Accept: %s', async (accept, type) => {
    const app = await serveApp()
    expect((await app.send(address, { headers: { Accept: accept } })).headers['content-type']).toBe(type)
  })

  it.each([
    ['', {}, { after: undefined }],
    ['?after=12', {}, { after: 12 }],
    ['', { 'Last-Event-ID': '14' }, { after: 14 }],
    ['?after=12', { 'Last-Event-ID': '14' }, { after: 14 }],
    ['?after=12', { 'Last-Event-ID': '' }, { after: 12 }],
    ['?after=0', {}, { after: '0' }],
    ['?after=1&after=2', {}, { after: [1, 2] }],
    ['', { 'Last-Event-ID': '014' }, { after: '014' }],
  ])('resumes where the caller says: %s %j', async (query, headers, input) => {
    const app = await serveApp()
    await app.send(`${address}${query}`, { headers: { ...asEvents.headers, ...headers } })
    expect(app.calls).toMatchObject([{ method: 'sync.runs.follow', input: [7, input] }])
  })

  it('is refused like any other request', async () => {
    const app = await serveApp()
    app.behaviour['sync.runs.follow'] = () => {
      throw new GitferryError('RUN_NOT_FOUND', 'There is no run 7.')
    }
    const { json, status } = await app.send(address, asEvents)
    expect([status, json.error.code]).toEqual([404, 'RUN_NOT_FOUND'])
  })

  it('breaks off at an error, which the log gets and the caller does not', async () => {
    const app = await serveApp()
    app.behaviour['sync.runs.follow'] = async function* () {
      yield line(1)
      throw new Error('secret')
    } as ServedApp['behaviour'][string]
    const { text } = await app.send(address, asEvents)
    expect(text).toContain('id: 1')
    expect(text).not.toMatch(/secret|event: (?:end|error)/)
    expect(app.log).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'an event stream broke off' }),
    )
  })

  it('ends with a caller that goes away', async () => {
    const app = await serveApp()
    const ended = endless(app, line(1))
    const caller = new AbortController()
    const answer = await fetch(`${app.url}/api/v1/sync/runs/7/log`, { ...asEvents, signal: caller.signal })
    await answer.body?.getReader().read()
    caller.abort()
    await ended
    expect(app.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('ends at once for HEAD, which reads none of it', async () => {
    const app = await serveApp()
    const ended = endless(app, line(1))
    const { headers, text } = await app.send(address.replace('GET', 'HEAD'), asEvents)
    expect([headers['content-type'], text]).toEqual(['text/event-stream; charset=utf-8', ''])
    await ended
  })

  it('says every 15 s that it is still there', async () => {
    const app = await serveApp()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const ended = endless(app, line(1))
    const caller = new AbortController()
    const answer = await fetch(`${app.url}/api/v1/sync/runs/7/log`, { ...asEvents, signal: caller.signal })
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const readUntil = async (piece: string) => {
      while (!text.includes(piece)) text += (await reader.read()).value
    }
    await readUntil('id: 1\n\n')
    vi.advanceTimersByTime(14_999)
    vi.advanceTimersByTime(1)
    await readUntil(': still here\n\n')
    vi.advanceTimersByTime(15_000)
    await readUntil(': still here\n\n: still here\n\n')
    caller.abort()
    await ended
    await vi.waitUntil(() => vi.getTimerCount() === 0)
  })
})

describe('a caller of an event stream', () => {
  const good = { Authorization: 'Bearer good' }
  const addresses = [
    ['the log of a run', '/api/v1/sync/runs/7/log', 'id: 1\n\n'],
    ['all events', '/api/v1/events', 'event: listening\ndata: {}\n\n'],
  ] as const

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  })

  /** A server that knows one token, and the reader of a stream that was asked for with it. */
  async function follow(path: string, headers: Readonly<Record<string, string>> = good) {
    const app = await serveApp()
    app.behaviour.authenticate = ([token]) => (token === 'good' ? { user: 'anna', scope: 'read' } : undefined)
    const ended = endless(app, line(1))
    const log = app.behaviour['sync.runs.follow']!
    // events end without an error when their caller is gone
    app.behaviour.eventsOf = async function* (input: readonly unknown[], signal?: AbortSignal) {
      try {
        for await (const data of log(input, signal) as AsyncIterable<RunLogEvent>) {
          yield { name: 'run.log', data }
        }
      } catch (error) {
        if (!isGitferryError(error, 'ABORTED')) throw error
      }
    } as ServedApp['behaviour'][string]
    const answer = await fetch(`${app.url}${path}`, { headers: { ...asEvents.headers, ...headers } })
    return { app, ended, read: readerOf(answer) }
  }

  it.each(addresses)('is followed as long as the token is good: %s', async (_, path, first) => {
    const { app, read } = await follow(path)
    await read(first)
    const asked = vi.fn(app.behaviour.authenticate!)
    app.behaviour.authenticate = asked
    let beats = ''
    for (let count = 1; count <= 4; count++) {
      beats += ': still here\n\n'
      vi.advanceTimersByTime(15_000)
      expect(await read(beats)).toContain(beats)
      expect(asked).toHaveBeenCalledTimes(count)
      expect(asked).toHaveBeenLastCalledWith(['good'])
      // an answer of the storage is waited for before the next beat
      await new Promise((resolve) => setImmediate(resolve))
    }
  })

  it.each(addresses)('is cut off within 30 s once it is not: %s', async (_, path, first) => {
    const { app, ended, read } = await follow(path)
    await read(first)
    app.behaviour.authenticate = () => undefined
    vi.advanceTimersByTime(15_000)
    await ended
    expect(await read()).not.toContain('event: end')
    expect(vi.getTimerCount()).toBe(0)
    const cutOff = {
      level: 'warn',
      message: expect.stringMatching(/event stream broke off.*let in no longer/),
    }
    expect(app.log.filter(({ message }) => message.includes('broke off'))).toEqual([
      expect.objectContaining(cutOff),
    ])
    expect(JSON.stringify(app.log)).not.toContain('good')
  })

  it.each(addresses)('who showed none is cut off once one is asked for: %s', async (_, path, first) => {
    const { app, ended, read } = await follow(path, {})
    await read(first)
    vi.advanceTimersByTime(15_000)
    await read(': still here')
    app.behaviour.asksForCredentials = () => true
    vi.advanceTimersByTime(15_000)
    await ended
    await read()
  })

  it.each<[string, () => unknown]>([
    [
      'fails',
      () => {
        throw new GitferryError('STORAGE_FAILED', 'The storage is away.')
      },
    ],
    ['does not answer', () => new Promise(() => {})],
  ])('is cut off within 30 s when the storage %s', async (_, storage) => {
    const { app, ended, read } = await follow('/api/v1/events')
    await read('listening')
    app.behaviour.authenticate = storage
    vi.advanceTimersByTime(30_000)
    await ended
    await read()
    const failure = app.log.find(({ message }) => message === 'an event stream broke off')
    expect(failure).toMatchObject({ level: 'error', fields: { error: { code: 'STORAGE_FAILED' } } })
  })

  it('that reads nothing is told nothing more after its token was revoked', async () => {
    const app = await serveApp()
    app.behaviour.authenticate = ([token]) => (token === 'good' ? { user: 'anna', scope: 'read' } : undefined)
    const ended = Promise.withResolvers<void>()
    let told = 0
    app.behaviour.eventsOf = async function* () {
      try {
        for (;;) yield { name: 'repo.deleted', data: { id: told++, text: 'x'.repeat(1024 * 1024) } }
      } finally {
        ended.resolve()
      }
    } as ServedApp['behaviour'][string]
    const answer = await fetch(`${app.url}/api/v1/events`, { headers: good })
    const read = readerOf(answer)
    await read('listening')
    // other requests are answered meanwhile, until no more of it is taken
    for (let before = -1; before !== told; ) {
      before = told
      for (let count = 0; count < 20; count++) await app.send('GET /api/health')
    }
    app.behaviour.authenticate = () => undefined
    vi.advanceTimersByTime(15_000)
    await ended.promise
    const last = told
    await read()
    expect(told).toBe(last)
  })
})
