import { describe, expect, it } from 'vitest'
import { createClient } from '../src/index.ts'
import { type Answer, failure, scriptedServer, success } from './scripted-server.ts'

const now = { headers: { 'retry-after': '0' } }
const page = (status: number): Answer => ({ status, body: '<html>', ...now })

const read = (baseUrl: string) => createClient({ baseUrl }).repos.get(3)

describe('reading', () => {
  it.each([429, 502, 503, 504])('is tried three times after %i', async (status) => {
    await using server = await scriptedServer([page(status)])
    await expect(read(server.baseUrl)).rejects.toMatchObject({ details: { status } })
    expect(server.received).toHaveLength(3)
  })

  it('ends with the first good answer', async () => {
    await using server = await scriptedServer([page(503), success({ id: 3 })])
    expect(await read(server.baseUrl)).toEqual({ id: 3 })
    expect(server.received).toHaveLength(2)
  })

  it.each([400, 401, 404, 409, 499, 500])('is tried once after %i', async (status) => {
    await using server = await scriptedServer([page(status)])
    await expect(read(server.baseUrl)).rejects.toMatchObject({ details: { status } })
    expect(server.received).toHaveLength(1)
  })

  it('is tried again when the server’s own error says that it may help', async () => {
    await using server = await scriptedServer([{ ...failure(503, 'CLOSED'), ...now }, success({ id: 3 })])
    expect(await read(server.baseUrl)).toEqual({ id: 3 })
  })

  it('is tried once when the server’s own error says that it cannot help', async () => {
    await using server = await scriptedServer([{ ...failure(502, 'GIT_AUTH_FAILED'), ...now }])
    await expect(read(server.baseUrl)).rejects.toMatchObject({ code: 'GIT_AUTH_FAILED' })
    expect(server.received).toHaveLength(1)
  })

  it('is tried again after a broken connection', async () => {
    await using server = await scriptedServer([{ stops: 'reset' }, success({ id: 3 })])
    expect(await read(server.baseUrl)).toEqual({ id: 3 })
    expect(server.received).toHaveLength(2)
  })

  it.each(['3600', new Date(Date.now() + 3_600_000).toUTCString()])(
    'fails at once when the server asks to wait too long (Retry-After: %s)',
    async (after) => {
      await using server = await scriptedServer([
        { ...failure(429, 'RATE_LIMITED'), headers: { 'retry-after': after } },
      ])
      await expect(read(server.baseUrl)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryable: true })
      expect(server.received).toHaveLength(1)
    },
  )
})

describe('a change', () => {
  const changes: [string, (client: ReturnType<typeof createClient>) => Promise<unknown>][] = [
    ['POST', (client) => client.sync.tasks.run(1)],
    ['POST with a body', (client) => client.repos.register({ path: '/r' })],
    ['PUT', (client) => client.repos.update(3, { name: 'n' })],
    ['DELETE', (client) => client.repos.delete(3)],
  ]
  it.each(changes)('is never sent twice: %s after 503', async (_, change) => {
    await using server = await scriptedServer([page(503)])
    await expect(change(createClient({ baseUrl: server.baseUrl }))).rejects.toMatchObject({
      details: { status: 503 },
    })
    expect(server.received).toHaveLength(1)
  })

  it.each(changes)('is never sent twice: %s after a broken connection', async (_, change) => {
    await using server = await scriptedServer([{ stops: 'reset' }])
    await expect(change(createClient({ baseUrl: server.baseUrl }))).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
    })
    expect(server.received).toHaveLength(1)
  })
})
