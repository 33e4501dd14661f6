import { join } from 'node:path'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { openAdministration } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type RightsWorld, rightsWorld } from './route-rights/world.ts'
import { type ServerProcess, startServer, stopServer } from './server-process.ts'

describe('gitferry serve', () => {
  let sandbox: ApiSandbox
  const servers: ServerProcess[] = []

  beforeEach(() => {
    sandbox = createApiSandbox()
  })

  afterEach(async () => {
    for (const { child, ended } of servers.splice(0)) {
      child.kill('SIGKILL')
      await ended
    }
    sandbox.remove()
  })

  async function start(...args: string[]): Promise<ServerProcess> {
    const server = await startServer(['--data-dir', sandbox.dataDir, ...args])
    servers.push(server)
    return server
  }

  /** Makes a token beside whatever runs, as the command does. */
  async function makeToken(): Promise<string> {
    await using administration = await openAdministration({
      storage: sqliteStorage({ path: join(sandbox.dataDir, 'gitferry.db') }),
      secrets: aesGcmSecrets({ keyFile: join(sandbox.dataDir, 'secret.key') }),
      dataDir: sandbox.dataDir,
    })
    return (await administration.tokens.create({ name: 'ops', scope: 'admin' })).token
  }

  it('does not listen where other machines reach before a token was made, and says what to do', async () => {
    for (const { args, first } of [
      { args: ['--host', '0.0.0.0'], first: '“gitferry token create”' },
      // of which no token would be left
      { args: ['--host', '::', '--storage', 'memory'], first: '--storage sqlite:' },
    ]) {
      const { message } = (await start(...args).catch((error: Error) => error)) as Error
      expect(message).toMatch(/^the server ended \(2\) before it listened: gitferry: --host: listening on/)
      for (const way of [first, '127.0.0.1', '--insecure']) expect(message).toContain(way)
    }
  }, 60_000)

  it('asks everybody for a token from the moment that the first is made, and then listens anywhere', async () => {
    const here = await start()
    const asked = async (
      server: ServerProcess,
      headers: Readonly<Record<string, string>>,
      path = '/repos',
    ) => {
      const answer = await server.fetch(`${server.url.replace('0.0.0.0', '127.0.0.1')}/api/v1${path}`, {
        headers,
      })
      return [answer.status, answer.headers.get('WWW-Authenticate')]
    }
    expect(await asked(here, {})).toEqual([200, null])
    const token = await makeToken()
    const ways = [{ Authorization: `Bearer ${token}` }, { 'X-Auth-Token': token }]
    expect(await asked(here, {})).toEqual([401, 'Bearer'])
    for (const headers of ways) expect(await asked(here, headers)).toEqual([200, null])
    expect(await stopServer(here)).toBe(0)

    const anywhere = await start('--host', '0.0.0.0')
    expect(anywhere.url).toContain('//0.0.0.0:')
    expect(await asked(anywhere, {})).toEqual([401, 'Bearer'])
    for (const headers of ways) expect(await asked(anywhere, headers)).toEqual([200, null])
    // the token itself is written nowhere
    expect(await stopServer(anywhere)).toBe(0)
    expect(here.printed() + anywhere.printed()).not.toContain(token)
  }, 60_000)
})

describe('an event stream', () => {
  let world: RightsWorld

  beforeEach(async () => {
    world = await rightsWorld()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  })

  afterEach(async () => {
    vi.useRealTimers()
    await world.dispose()
  })

  const hour = 3_600_000

  /** Follows with a new token; reads until a piece comes, or to the end. */
  async function follow(path: string) {
    const expires_at = new Date(world.clock.now() + hour).toISOString()
    const { id, token, user_id } = await world.api.tokens.create({ name: 'app', scope: 'read', expires_at })
    const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' }
    const answer = await world.send(`GET /api/v1${path}`, { headers })
    expect(answer.status).toBe(200)
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const read = async (piece?: string): Promise<string> => {
      while (piece === undefined || !text.includes(piece)) {
        const { done, value } = await reader.read()
        if (done) return text
        text += value
      }
      return text
    }
    return { id, user_id, read }
  }

  it.each<[string, (token: { readonly id: number; readonly user_id: number }) => Promise<unknown>]>([
    ['was revoked', ({ id }) => world.api.tokens.delete(id)],
    ['has expired', () => world.clock.advance(hour)],
    ['is of a user who was deleted', ({ user_id }) => world.api.users.delete(user_id)],
  ])('ends within 30 s once its token %s, and tells nothing that happens then', async (_, end) => {
    const { read, ...token } = await follow('/events?names=repo.*')
    await read('event: listening')
    await world.api.repos.update(1, { name: 'before' })
    await read('"before"')
    vi.advanceTimersByTime(15_000)
    await read(': still here')
    await end(token)
    vi.advanceTimersByTime(15_000)
    const text = await read()
    await world.api.repos.update(1, { name: 'afterwards' })
    expect(text).not.toMatch(/event: end|afterwards/)
  })

  it('of the log of a run ends so too', async () => {
    const release = world.sandbox.holdFetches()
    const { id } = await world.api.sync.tasks.run(1)
    try {
      const { read, ...token } = await follow(`/sync/runs/${id}/log`)
      await read('event: status')
      await world.api.tokens.delete(token.id)
      vi.advanceTimersByTime(15_000)
      expect(await read()).not.toContain('event: end')
    } finally {
      release()
      await world.api.sync.runs.wait(id)
    }
  })
})
