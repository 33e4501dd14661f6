import { setImmediate } from 'node:timers/promises'
import { GitferryError } from '@gitferry/core/errors'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type ServedApp, serveApp } from './served-app.ts'

const address = 'GET /api/v1/audit/export'
const entry = (id: number) => ({ id, operator: 'anna', details: { text: 'line\nend' } })

type Export = (input: readonly unknown[], signal?: AbortSignal) => AsyncIterable<unknown>

/** Has `audit.export` answer what `entries` yields. */
async function serveExport(entries: Export): Promise<ServedApp> {
  const app = await serveApp()
  app.behaviour['audit.export'] = entries
  return app
}

afterEach(() => {
  vi.useRealTimers()
})

describe('the export of the audit log', () => {
  it('is one entry a line', async () => {
    const app = await serveExport(async function* () {
      yield entry(1)
      yield entry(2)
    })
    const { headers, status, text } = await app.send(address)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(text).toBe(
      '{"id":1,"operator":"anna","details":{"text":"line\\nend"}}\n' +
        '{"id":2,"operator":"anna","details":{"text":"line\\nend"}}\n',
    )
  })

  it('is empty where nothing matches', async () => {
    const app = await serveExport(async function* () {})
    const { headers, status, text } = await app.send(address)
    expect([status, headers['content-type'], text]).toEqual([200, 'application/x-ndjson; charset=utf-8', ''])
  })

  it('is asked for by the filters of the list, without its paging', async () => {
    const app = await serveExport(async function* () {})
    const query = 'type=delete&object_type=task&object_id=4&start_time=2026-01-01&end_time=2026-01-02'
    await app.send(`${address}?${query}&page=2&page_size=5&other=1`)
    expect(app.calls).toMatchObject([
      {
        method: 'audit.export',
        input: [
          {
            type: 'delete',
            object_type: 'task',
            object_id: 4,
            start_time: '2026-01-01',
            end_time: '2026-01-02',
          },
        ],
      },
    ])
    expect(app.calls[0]!.principal?.user).toBe('anonymous')
  })

  it('is refused like any other request', async () => {
    const app = await serveExport(() => {
      throw new GitferryError('INVALID_INPUT', 'start_time: must be a time', {
        details: { field: 'start_time' },
      })
    })
    const { json, status } = await app.send(address)
    expect([status, json.code, json.error.details]).toEqual([400, 400, { field: 'start_time' }])
    expect(app.refused).toEqual([])
  })

  it('breaks the connection off at an error later on, which the log gets and the caller does not', async () => {
    const app = await serveExport(async function* () {
      for (let id = 1; id <= 1_000; id += 1) yield entry(id)
      throw new Error('secret')
    })
    const answer = await fetch(`${app.url}/api/v1/audit/export`)
    let text = ''
    const reading = (async () => {
      for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) text += piece
    })()
    await expect(reading).rejects.toThrow()
    expect(text).not.toMatch(/secret|Error/)
    expect(app.log).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'an answer of lines broke off' }),
    )
  })

  it('fetches no faster than the caller reads, and ends with a caller that goes away', async () => {
    let told = 0
    const ended = Promise.withResolvers<void>()
    const app = await serveExport(async function* (_, signal) {
      try {
        for (;;) {
          if (signal?.aborted) throw new GitferryError('ABORTED', 'The caller went away.')
          told += 1
          yield { ...entry(told), text: 'x'.repeat(10_000) }
          await setImmediate()
        }
      } finally {
        ended.resolve()
      }
    })
    const caller = new AbortController()
    const answer = await fetch(`${app.url}/api/v1/audit/export`, { signal: caller.signal })
    const reader = answer.body!.getReader()
    await reader.read()
    // what the caller does not read fills its socket and the server's, and then nothing more is fetched
    let before = -1
    for (let quiet = 0; quiet < 200; quiet = told === before ? quiet + 1 : 0) {
      before = told
      await setImmediate()
    }
    expect(told).toBeLessThan(5_000)
    caller.abort()
    await ended.promise
    expect(app.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('breaks the connection off when the token was revoked while it was read', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const ended = Promise.withResolvers<void>()
    const seen = Promise.withResolvers<void>()
    let known = true
    const app = await serveExport(async function* () {
      try {
        yield { ...entry(1), text: 'x'.repeat(20_000) }
        // longer than the caller is believed
        vi.advanceTimersByTime(15_000)
        yield { ...entry(2), text: 'x'.repeat(20_000) }
        await seen.promise
        known = false
        vi.advanceTimersByTime(15_000)
        yield { ...entry(3), text: 'x'.repeat(20_000) }
        yield entry(4)
      } finally {
        ended.resolve()
      }
    })
    const authenticate = vi.fn(() => (known ? { user: 'anna', scope: 'admin' } : undefined))
    app.behaviour.authenticate = authenticate
    const answer = await fetch(`${app.url}/api/v1/audit/export`, { headers: { 'X-Auth-Token': 'good' } })
    let text = ''
    const reading = (async () => {
      for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
        text += piece
        seen.resolve()
      }
    })()
    await expect(reading).rejects.toThrow()
    await ended.promise
    expect(authenticate).toHaveBeenCalledTimes(3)
    expect(text).not.toContain('"id":3')
    expect(app.log).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: expect.stringMatching(/lines broke off: its caller/),
      }),
    )
  })

  it('reads nothing for HEAD', async () => {
    const ended = Promise.withResolvers<void>()
    const app = await serveExport(async function* () {
      try {
        for (let id = 1; ; id += 1) yield entry(id)
      } finally {
        ended.resolve()
      }
    })
    const { status, text, headers } = await app.send(address.replace('GET', 'HEAD'))
    expect([status, text, headers['content-type']]).toEqual([200, '', 'application/x-ndjson; charset=utf-8'])
    await ended.promise
  })
})
