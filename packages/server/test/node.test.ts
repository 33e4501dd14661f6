import { createServer } from 'node:http'
import { connect } from 'node:net'
import { isGitferryError } from '@gitferry/core/errors'
import { describe, expect, it } from 'vitest'
import { listen } from '../src/listen.ts'
import { type Listening, type Served, serve } from '../src/node.ts'
import { serveApp } from './served-app.ts'

const addressApp: Served = {
  fetch: (_request, { clientAddress }) => new Response(clientAddress),
}

async function whileServing(
  app: Served,
  host: string,
  work: (listening: Listening) => Promise<void>,
): Promise<void> {
  const listening = await serve(app, { host, port: 0 })
  try {
    await work(listening)
  } finally {
    await listening.close({ timeoutMs: 0 })
  }
}

describe('serve', () => {
  it.each([
    ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/, '127.0.0.1'],
    ['::1', /^http:\/\/\[::1\]:\d+$/, '::1'],
  ])('on %s tells its address and the application the caller’s', async (host, shape, address) => {
    await whileServing(addressApp, host, async ({ url, port }) => {
      expect(url).toMatch(shape)
      expect(url.endsWith(`:${port}`)).toBe(true)
      expect(await (await fetch(url)).text()).toBe(address)
    })
  })

  it('says what to do when the port is taken', async () => {
    await whileServing(addressApp, '127.0.0.1', async ({ port }) => {
      const error = await serve(addressApp, { port }).catch((thrown: unknown) => thrown)
      expect(isGitferryError(error, 'INVALID_INPUT')).toBe(true)
      expect(error).toHaveProperty('message', expect.stringMatching(/another program listens.*--port/))
      expect(error).toHaveProperty('details.field', 'port')
    })
  })

  it('says what to do when the address is not this machine’s', async () => {
    const error = await serve(addressApp, { host: '192.0.2.1', port: 0 }).catch((thrown: unknown) => thrown)
    expect(error).toHaveProperty('details.field', 'host')
  })

  it('answers an address that cannot be read in the envelope', async () => {
    const app = await serveApp()
    const answer = await app.raw('GET /api\\v1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toMatch(/\{"code":400,.*"data":null,.*"INVALID_INPUT"/)
  })

  it('goes on when a connection cannot be taken, however often, and says so', async () => {
    const server = createServer()
    const errors: unknown[] = []
    await listen(server, { host: '127.0.0.1', port: 0, onError: (error) => errors.push(error) })
    const refused = [new Error('accept EMFILE'), new Error('accept EMFILE')]
    for (const error of refused) server.emit('error', error)
    expect(errors).toEqual(refused)
    await new Promise((resolve) => server.close(resolve))
  })

  it('leaves the globals of the application alone', async () => {
    const before = [globalThis.Request, globalThis.Response]
    await whileServing(addressApp, '127.0.0.1', async () => {
      expect([globalThis.Request, globalThis.Response]).toEqual(before)
    })
  })
})

describe('close', () => {
  it('waits for the request under way, and takes no other', async () => {
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<Response>()
    const listening = await serve(
      {
        fetch: () => {
          asked.resolve()
          return answer.promise
        },
      },
      { port: 0 },
    )
    const first = fetch(listening.url)
    await asked.promise
    const closed = listening.close({ timeoutMs: 60_000 })
    await expect(fetch(listening.url)).rejects.toThrow()
    answer.resolve(new Response('late'))
    expect(await (await first).text()).toBe('late')
    await closed
  })

  it('cuts off what is still under way after its time, also when called again with less', async () => {
    const asked = Promise.withResolvers<void>()
    const listening = await serve(
      {
        fetch: () => {
          asked.resolve()
          return new Promise<Response>(() => {})
        },
      },
      { port: 0 },
    )
    const first = fetch(listening.url).catch(() => 'cut off')
    await asked.promise
    const closed = listening.close({ timeoutMs: 60_000 })
    await listening.close({ timeoutMs: 1 })
    await closed
    expect(await first).toBe('cut off')
  })

  it('does not wait for connections on which nobody asks', async () => {
    const listening = await serve(addressApp, { port: 0 })
    const socket = connect(listening.port, '127.0.0.1')
    const closedByServer = new Promise((resolve) => socket.on('close', resolve))
    await new Promise<void>((resolve) => {
      socket.on('data', () => resolve())
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    })
    await listening.close({ timeoutMs: 60_000 })
    await closedByServer
  })

  it('frees the port', async () => {
    const listening = await serve(addressApp, { port: 0 })
    await listening.close({ timeoutMs: 0 })
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(listening.port, '127.0.0.1', resolve)
    })
    await new Promise((resolve) => server.close(resolve))
  })
})
