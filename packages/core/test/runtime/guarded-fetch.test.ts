import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { parseAllowOutgoing } from '../../src/git/outgoing-rules.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'

const servers: Server[] = []
const sockets = new Set<Socket>()

/** A real server on a loopback address; answers its port. */
async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  host = '127.0.0.1',
): Promise<number> {
  const server = createServer(answer)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return (server.address() as AddressInfo).port
}

/** What the guard looks up: each call takes the next answer, the last one stays. */
function resolving(...answers: (readonly string[])[]) {
  const asked: string[] = []
  const lookup = async (host: string) => {
    asked.push(host)
    return answers[Math.min(asked.length, answers.length) - 1]!
  }
  return { asked, lookup }
}

const guarded = (allowed: readonly string[], lookup = resolving(['127.0.0.1']).lookup, timeoutMs?: number) =>
  createGuardedFetch({
    lookup,
    allowOutgoing: allowed.map(parseAllowOutgoing),
    ...(timeoutMs !== undefined && { timeoutMs }),
  })

const hello = (_request: IncomingMessage, response: ServerResponse) => void response.end('hello')

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

describe('the guarded way out', () => {
  it('sends what it is given and answers what comes back', async () => {
    const seen: {
      method?: string | undefined
      url?: string | undefined
      type?: string | undefined
      body?: string
    } = {}
    const port = await listen(async (request, response) => {
      Object.assign(seen, { method: request.method, url: request.url, type: request.headers['content-type'] })
      seen.body = ''
      for await (const chunk of request) seen.body += chunk
      response.writeHead(207, { 'x-answer': 'yes' }).end('{"errcode":0}')
    })
    const fetch = guarded([`127.0.0.1:${port}`])
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"文":1}' }
    const answer = await fetch(`http://127.0.0.1:${port}/a?b=%2B`, init)
    expect(seen).toEqual({ method: 'POST', url: '/a?b=%2B', type: 'application/json', body: '{"文":1}' })
    expect(answer.status).toBe(207)
    expect(answer.headers.get('x-answer')).toBe('yes')
    expect(await answer.json()).toEqual({ errcode: 0 })
  })

  it('connects to no private address, by name or by number', async () => {
    let reached = 0
    const port = await listen((request, response) => {
      reached += 1
      hello(request, response)
    })
    const fetch = guarded([], resolving(['127.0.0.1']).lookup)
    for (const host of [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '[::1]',
      '[::ffff:127.0.0.1]',
      'public.example',
    ]) {
      await expect(fetch(`https://${host}:${port}/`)).rejects.toMatchObject({ code: 'URL_FORBIDDEN' })
    }
    expect(reached).toBe(0)
  })

  it('speaks plain http to no place that no rule names', async () => {
    const { asked, lookup } = resolving(['93.184.216.34'])
    const refused = guarded([], lookup)('http://public.example/')
    await expect(refused).rejects.toMatchObject({ code: 'URL_FORBIDDEN' })
    expect(asked).toEqual([])
  })

  it('refuses a name of which one address only is private', async () => {
    const fetch = guarded([], resolving(['93.184.216.34', '10.0.0.1']).lookup)
    await expect(fetch('https://both.example/')).rejects.toMatchObject({ code: 'URL_FORBIDDEN' })
  })

  it('resolves and weighs at every call: a name that moves inside is refused then', async () => {
    const port = await listen(hello)
    // allowed is one network only, and the name leaves it after the first call
    const { asked, lookup } = resolving(['127.0.0.1'], ['127.0.0.1'], ['10.0.0.1'])
    const fetch = createGuardedFetch({
      lookup,
      allowOutgoing: ['127.0.0.0/8'].map(parseAllowOutgoing),
      timeoutMs: 2_000,
    })
    const https = `https://moving.example:${port}/`
    // the server speaks no TLS: that it was dialled is what counts
    await expect(fetch(https)).rejects.toMatchObject({ code: 'NOTIFIER_UNREACHABLE' })
    await expect(fetch(https)).rejects.toMatchObject({ code: 'NOTIFIER_UNREACHABLE' })
    await expect(fetch(https)).rejects.toMatchObject({ code: 'URL_FORBIDDEN' })
    expect(asked).toEqual(['moving.example', 'moving.example', 'moving.example'])
  })

  it('dials the address that it weighed, and asks no resolver again', async () => {
    const port = await listen((request, response) => void response.end(request.headers.host))
    const { asked, lookup } = resolving(['127.0.0.1'], ['10.0.0.1'])
    const fetch = guarded([`rebind.example:${port}`], lookup)
    const answer = await fetch(`http://rebind.example:${port}/`)
    expect(await answer.text()).toBe(`rebind.example:${port}`)
    expect(asked).toEqual(['rebind.example'])
  })

  it('leaves no connection open that a later call could use unchecked', async () => {
    let connections = 0
    const port = await listen(hello)
    servers[0]!.on('connection', () => {
      connections += 1
    })
    const fetch = guarded([`127.0.0.1:${port}`])
    for (let call = 0; call < 3; call += 1)
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello')
    expect(connections).toBe(3)
    await expect.poll(() => sockets.size).toBe(0)
  })

  it('reaches IPv6', async () => {
    const port = await listen(hello, '::1')
    const fetch = guarded([`[::1]:${port}`, `six.example:${port}`], resolving(['::1']).lookup)
    expect(await (await fetch(`http://[::1]:${port}/`)).text()).toBe('hello')
    expect(await (await fetch(`http://six.example:${port}/`)).text()).toBe('hello')
  })

  it.each([301, 302, 303, 307, 308])('answers a redirect (%i) and does not follow it', async (status) => {
    const requests: (string | undefined)[] = []
    const port = await listen((request, response) => {
      requests.push(request.url)
      response.writeHead(status, { location: '/secret' }).end()
    })
    const answer = await guarded([`127.0.0.1:${port}`])(`http://127.0.0.1:${port}/`, { redirect: 'follow' })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('location')).toBe('/secret')
    expect(requests).toEqual(['/'])
  })

  it.each(['plain', 'gzip'])('cuts a body at 64 KiB (%s)', async (kind) => {
    const port = await listen((_request, response) => {
      if (kind === 'gzip') {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000, 'x')))
        return
      }
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      }
      response.on('drain', write)
      write()
    })
    const answer = await guarded([`127.0.0.1:${port}`])(`http://127.0.0.1:${port}/`)
    expect(await answer.text()).toBe('x'.repeat(65_536))
    await expect.poll(() => sockets.size).toBe(0)
  })

  it('gives up a server that does not answer, or not to the end', async () => {
    const port = await listen((request, response) => {
      if (request.url === '/half') response.write('half')
    })
    const fetch = guarded([`127.0.0.1:${port}`], undefined, 200)
    for (const path of ['/silent', '/half']) {
      await expect(fetch(`http://127.0.0.1:${port}${path}`)).rejects.toMatchObject({
        code: 'NOTIFIER_UNREACHABLE',
        message: 'The host "127.0.0.1" cannot be reached: it did not answer within 200 ms.',
      })
    }
    await expect.poll(() => sockets.size).toBe(0)
  })

  it('ends on the caller’s word, also while it looks up a name', async () => {
    const port = await listen(() => {})
    const abort = new AbortController()
    const waiting = guarded([`127.0.0.1:${port}`])(`http://127.0.0.1:${port}/`, { signal: abort.signal })
    const lookingUp = createGuardedFetch({ lookup: () => new Promise(() => {}), allowOutgoing: [] })(
      'https://slow.example/',
      { signal: abort.signal },
    )
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(lookingUp).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('takes no proxy of the environment', async () => {
    const port = await listen(hello)
    const names = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'NODE_USE_ENV_PROXY']
    const before = names.map((name) => [name, process.env[name]] as const)
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : 'http://127.0.0.1:9'
    try {
      expect(await (await guarded([`127.0.0.1:${port}`])(`http://127.0.0.1:${port}/`)).text()).toBe('hello')
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
  })

  it('says of a failure no more than host and reason', async () => {
    const port = await listen(hello)
    await new Promise((resolve) => servers.pop()!.close(resolve))
    const fetch = guarded([`127.0.0.1:${port}`])
    const url = `http://127.0.0.1:${port}/hook/topsecret?token=topsecret`
    const error = await fetch(url).catch((thrown) => thrown)
    expect(error).toMatchObject({
      code: 'NOTIFIER_UNREACHABLE',
      message: 'The host "127.0.0.1" cannot be reached: ECONNREFUSED.',
    })
    const unresolved = createGuardedFetch({
      lookup: () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })),
      allowOutgoing: [],
    })
    await expect(unresolved('https://nowhere.example/')).rejects.toMatchObject({
      code: 'NOTIFIER_UNREACHABLE',
      message: 'The host "nowhere.example" cannot be reached: its name does not resolve.',
    })
  })

  it('answers an empty body where there may be none', async () => {
    const port = await listen((_request, response) => void response.writeHead(204).end())
    const answer = await guarded([`127.0.0.1:${port}`])(`http://127.0.0.1:${port}/`)
    expect(answer.status).toBe(204)
    expect(await answer.text()).toBe('')
  })
})
