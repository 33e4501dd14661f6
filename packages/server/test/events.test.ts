import { GitferryError } from '@gitferry/core/errors'
import { describe, expect, it, vi } from 'vitest'
import { createApp } from '../src/index.ts'
import { serve } from '../src/node.ts'
import { type Fake, fakeGitferry } from './fake-gitferry.ts'
import { type ServedApp, serveApp } from './served-app.ts'

type Behaviour = Fake['behaviour'][string]

const address = 'GET /api/v1/events'
const deleted = (id: number) => ({ name: 'repo.deleted', data: { id } })

/** Events that go on after `events` until their signal fires, which ends them without an error. */
function endless({ behaviour }: Fake, ...events: ReturnType<typeof deleted>[]): Promise<void> {
  const ended = Promise.withResolvers<void>()
  behaviour.eventsOf = async function* (_, signal?: AbortSignal) {
    try {
      yield* events
      await new Promise<void>((resolve) => {
        if (signal?.aborted) resolve()
        signal?.addEventListener('abort', () => resolve())
      })
    } finally {
      ended.resolve()
    }
  } as Behaviour
  return ended.promise
}

/** Reads an answer until it holds `piece`, and answers all that came. */
async function readUntil(reader: ReadableStreamDefaultReader<string>, piece: string): Promise<string> {
  let text = ''
  while (!text.includes(piece)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`the stream ended without ${JSON.stringify(piece)}: ${text}`)
    text += value
  }
  return text
}

const readerOf = (answer: Response) => answer.body!.pipeThrough(new TextDecoderStream()).getReader()

describe('the stream of all events', () => {
  it('begins with its listening, holds each event by its name, and ends when gitferry has stopped', async () => {
    const app = await serveApp()
    app.behaviour.eventsOf = () => [deleted(1), { name: 'task.deleted', data: { id: 2 } }]
    const { headers, status, text } = await app.send(address)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store',
    })
    expect(text).toBe(
      [
        'retry: 3000',
        'event: listening\ndata: {}',
        'event: repo.deleted\ndata: {"id":1}',
        'event: task.deleted\ndata: {"id":2}',
        'event: end\ndata: {}',
        '',
      ].join('\n\n'),
    )
  })

  it.each([
    ['', undefined],
    ['?names=run.finished', ['run.finished']],
    ['?names=run.*,repo.deleted', ['run.*', 'repo.deleted']],
    ['?names=run.*&names=repo.deleted,task.*', ['run.*', 'repo.deleted', 'task.*']],
    ['?names=', ['']],
    ['?names=a,', ['a', '']],
  ])('holds the names that are asked for, every one by default: %s', async (query, names) => {
    const app = await serveApp()
    await app.send(`${address}${query}`)
    expect(app.calls).toMatchObject([{ method: 'eventsOf', input: [names] }])
  })

  it('answers at once, also when nothing happens', async () => {
    const app = await serveApp()
    const ended = endless(app)
    const caller = new AbortController()
    const answer = await fetch(`${app.url}/api/v1/events`, { signal: caller.signal })
    await readUntil(readerOf(answer), 'event: listening\ndata: {}\n\n')
    caller.abort()
    await ended
    expect(app.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('is refused like any other request', async () => {
    const app = await serveApp()
    app.behaviour.eventsOf = () => {
      throw new GitferryError('INVALID_INPUT', 'names: must …', { details: { field: 'names' } })
    }
    const { json, status } = await app.send(`${address}?names=x`)
    expect([status, json.error]).toEqual([400, { code: 'INVALID_INPUT', details: { field: 'names' } }])
  })

  it('breaks off at an error without an end, so that callers come back', async () => {
    const app = await serveApp()
    app.behaviour.eventsOf = async function* () {
      yield deleted(1)
      throw new Error('secret')
    } as Behaviour
    const { text } = await app.send(address)
    expect(text).toContain('repo.deleted')
    expect(text).not.toMatch(/secret|event: end/)
  })

  it('ends at once for HEAD, which reads none of it', async () => {
    const app = await serveApp()
    void endless(app, deleted(1))
    expect((await app.send(address.replace('GET', 'HEAD'))).text).toBe('')
    await vi.waitUntil(() => app.calls[0]?.signal?.aborted)
  })
})

describe('a server that closes', () => {
  it('ends every stream of events with its end, and does not wait for its callers', async () => {
    const fake = fakeGitferry()
    const ended = endless(fake, deleted(1))
    const listening = await serve(createApp(fake.gitferry), { port: 0 })
    const reader = readerOf(await fetch(`${listening.url}/api/v1/events`))
    await readUntil(reader, 'repo.deleted')
    await listening.close({ timeoutMs: 600_000 })
    await ended
    expect(await readUntil(reader, 'end')).toContain('event: end\ndata: {}\n\n')
    expect((await reader.read()).done).toBe(true)
  })

  it('lets the log of a run go on, which ends by itself', async () => {
    const fake = fakeGitferry()
    const release = Promise.withResolvers<void>()
    let signal: AbortSignal | undefined
    fake.behaviour['sync.runs.follow'] = async function* (_, given?: AbortSignal) {
      signal = given
      yield { type: 'status', status: 'running' }
      await release.promise
      yield { type: 'end', status: 'success' }
    } as Behaviour
    const listening = await serve(createApp(fake.gitferry), { port: 0 })
    const answer = await fetch(`${listening.url}/api/v1/sync/runs/7/log`, {
      headers: { Accept: 'text/event-stream' },
    })
    const reader = readerOf(answer)
    await readUntil(reader, 'running')
    const closed = listening.close({ timeoutMs: 600_000 })
    expect(signal?.aborted).toBe(false)
    release.resolve()
    expect(await readUntil(reader, 'event: end')).toContain('success')
    await closed
  })
})

it('a slow caller holds up the events, so that no more than a buffer of them is kept', async () => {
  const app: ServedApp = await serveApp()
  const size = 1024 * 1024
  let told = 0
  app.behaviour.eventsOf = async function* () {
    for (; told < 200; told++) yield { name: 'repo.deleted', data: { id: told, text: 'x'.repeat(size) } }
  } as Behaviour
  const answer = await fetch(`${app.url}/api/v1/events`)
  const reader = answer.body!.getReader()
  await reader.read()
  // other requests are answered meanwhile, each of them in many turns of the event loop
  for (let count = 0; count < 50; count++) await app.send('GET /api/v1/repos')
  expect(told).toBeLessThan(150)
  await reader.cancel()
})
