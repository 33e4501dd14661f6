import { once } from 'node:events'
import { Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { type Listening, type Served, type ServeOptions, serve } from '../src/node.ts'
import { shareConnections } from '../src/share-connections.ts'
import { recordingLogger } from './recording-logger.ts'

const app: Served = { fetch: () => new Response('answered') }

async function whileServing(
  options: ServeOptions,
  work: (listening: Listening) => Promise<void>,
  served = app,
): Promise<void> {
  const listening = await serve(served, { port: 0, ...options })
  try {
    await work(listening)
  } finally {
    await listening.close({ timeoutMs: 0 })
  }
}

/** What the server answers to these bytes, until it closes the connection. */
async function answerTo(port: number, sent: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(sent)
  return text(socket)
}

const request = (...lines: string[]): string =>
  `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`

const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `x${index}: 1`)

const envelopeOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))

describe('a request', () => {
  it('may have a hundred header lines', async () => {
    await whileServing({}, async ({ port }) => {
      expect(await answerTo(port, request(...lines(98)))).toMatch(/^HTTP\/1\.1 200 /)
    })
  })

  it('with more is refused whole, not read without the rest', async () => {
    await whileServing({}, async ({ port }) => {
      for (const count of [99, 1_500, 2_500]) {
        const answer = await answerTo(port, request(...lines(count)))
        expect(answer).toMatch(/^HTTP\/1\.1 431 /)
        expect(envelopeOf(answer)).toMatchObject({
          code: 431,
          data: null,
          error: { code: 'HEADERS_TOO_LARGE' },
          request_id: expect.any(String),
        })
      }
    })
  })

  it.each([
    ['one long header', request(`x: ${'y'.repeat(20_000)}`)],
    ['a long address', `GET /${'y'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ])('with %s is refused in the envelope', async (_what, sent) => {
    await whileServing({}, async ({ port }) => {
      const answer = await answerTo(port, sent)
      expect(answer).toMatch(/^HTTP\/1\.1 431 /)
      expect(envelopeOf(answer).error.code).toBe('HEADERS_TOO_LARGE')
    })
  })

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['two lengths', request('Content-Length: 1', 'Content-Length: 2')],
    ['a length and chunks', request('Content-Length: 1', 'Transfer-Encoding: chunked')],
    ['a line end in a header', request('x: a\rb: c')],
    ['a NUL in a header', request('x: a\0b')],
  ])('that is %s is refused in the envelope', async (_what, sent) => {
    await whileServing({}, async ({ port }) => {
      const answer = await answerTo(port, sent)
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(envelopeOf(answer)).toMatchObject({ code: 400, error: { code: 'INVALID_INPUT' } })
    })
  })
})

describe('a request', () => {
  /** Reads bodies, as the real application does. */
  const reading: Served = { fetch: async (asked) => new Response(await asked.text()) }
  const hasten = { headersTimeoutMs: 100, requestTimeoutMs: 200 }

  /** What the server says to a head, and then a byte whenever it has time for one, until it closes the connection. */
  async function answerToDrips(port: number, head: string): Promise<string> {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(head)
    const drip = setInterval(() => socket.write('x'), 10)
    try {
      return await text(socket)
    } finally {
      clearInterval(drip)
    }
  }

  it('whose headers drip is refused when its time is up', async () => {
    const { log, logger } = recordingLogger()
    await whileServing({ ...hasten, logger }, async ({ port }) => {
      const answer = await answerToDrips(port, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
      expect(answer).toMatch(/^HTTP\/1\.1 408 /)
      expect(envelopeOf(answer)).toMatchObject({ code: 408, error: { code: 'REQUEST_TIMEOUT' } })
    })
    expect(JSON.stringify(log)).toContain('REQUEST_TIMEOUT')
  })

  it('whose body drips is refused when its time is up', async () => {
    const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n'
    await whileServing(
      hasten,
      async ({ port }) => {
        const answer = await answerToDrips(port, head)
        expect(answer).toMatch(/^HTTP\/1\.1 408 /)
        expect(envelopeOf(answer).error.code).toBe('REQUEST_TIMEOUT')
      },
      reading,
    )
  })
})

describe('what never becomes a request', () => {
  const long = `x: ${'y'.repeat(20_000)}`

  it('is answered also as the second of a connection', async () => {
    await whileServing({}, async ({ port }) => {
      const socket = connect(port, '127.0.0.1')
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await once(socket, 'data')
      socket.write(request(long))
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 431 /)
    })
  })

  it('is not answered where that would be taken for the answer to another', async () => {
    const answer = Promise.withResolvers<Response>()
    const asked = Promise.withResolvers<void>()
    const slow: Served = {
      fetch: () => {
        asked.resolve()
        return answer.promise
      },
    }
    await whileServing(
      {},
      async ({ port }) => {
        const socket = connect(port, '127.0.0.1')
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
        await asked.promise
        socket.write('nonsense\r\n\r\n')
        expect(await text(socket)).toBe('')
        answer.resolve(new Response())
      },
      slow,
    )
  })

  it.each([
    ['HEADERS_TOO_LARGE', 431, request(long), null, null],
    ['HEADERS_TOO_LARGE', 431, request(...lines(99)).replace('/ ', '/a?b '), 'GET', '/a'],
    ['INVALID_INPUT', 400, 'hello\r\n\r\n', null, null],
    ['INVALID_INPUT', 400, request().replace('/ ', '/a\\b '), 'GET', null],
  ])('is logged and counted: %s, %i', async (error_code, status, sent, method, path) => {
    const { log, logger } = recordingLogger()
    const counted: number[] = []
    const counting: Served = { ...app, countUnreadable: (answered) => void counted.push(answered) }
    let request_id: string | undefined
    await whileServing(
      { logger },
      async ({ port }) => {
        request_id = envelopeOf(await answerTo(port, sent)).request_id
        await expect.poll(() => counted).toEqual([status])
      },
      counting,
    )
    const ip = '127.0.0.1'
    const fields = { method, path, status, duration_ms: null, ip, request_id, error_code }
    expect(log).toEqual([{ level: 'info', message: 'request refused', fields }])
  })
})

describe('connections', () => {
  const opened = (port: number): Promise<{ socket: Socket; isOpen: boolean }> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.once('close', () => resolve({ socket, isOpen: false }))
      // an answer proves that the server has taken it
      socket.once('data', () => resolve({ socket, isOpen: true }))
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    })

  it('of this machine may be all, none more is taken, and a closed one makes room', async () => {
    const { log, logger } = recordingLogger()
    await whileServing({ maxConnections: 3, logger }, async ({ port }) => {
      const first = [await opened(port), await opened(port), await opened(port)]
      expect(first.map(({ isOpen }) => isOpen)).toEqual([true, true, true])
      expect((await opened(port)).isOpen).toBe(false)
      expect((await opened(port)).isOpen).toBe(false)
      expect(log).toMatchObject([{ level: 'warn', fields: { ip: '127.0.0.1', connections: 3 } }])
      const gone = new Promise((resolve) => first[0]?.socket.once('close', resolve))
      first[0]?.socket.destroy()
      await gone
      // the server hears of it a moment later
      await expect.poll(async () => (await opened(port)).isOpen).toBe(true)
    })
  })

  /** A server that is only told of connections, from any address. */
  function shared(maxConnections: number) {
    const server = new Server()
    const { log, logger } = recordingLogger()
    const clock = { now: 0 }
    shareConnections(server, { maxConnections, logger, now: () => clock.now })
    const from = (remoteAddress: string) => {
      const socket = Object.assign(new PassThrough(), { remoteAddress })
      server.emit('connection', socket)
      return socket
    }
    return { log, clock, from, isTaken: (address: string) => !from(address).destroyed }
  }

  it.each([
    ['of one address', '192.0.2.1', '192.0.2.1', '192.0.2.2'],
    ['of one address, however it is shown', '192.0.2.1', '::ffff:192.0.2.1', '::ffff:192.0.2.2'],
    ['of one IPv6 network of 64 bits', '2001:db8::1', '2001:db8:0:0:ffff::2', '2001:db8:0:1::1'],
    ['of one link-local address', 'fe80::1%eth0', 'fe80::2%eth0', '2001:db8::1'],
  ])('%s are half of all, and a closed one makes room', async (_what, one, same, other) => {
    const { from, isTaken } = shared(4)
    const held = from(one)
    expect([isTaken(same), isTaken(same), isTaken(one), isTaken(other)]).toEqual([true, false, false, true])
    held.destroy()
    await once(held, 'close')
    expect([isTaken(one), isTaken(same)]).toEqual([true, false])
  })

  it('of this machine, where a reverse proxy may be, have no share', () => {
    const { isTaken } = shared(2)
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.0.0.1', '::1']) {
      expect(isTaken(address)).toBe(true)
    }
  })

  it('that are closed leave one line a minute for each address, which counts the others', () => {
    const { clock, isTaken, log } = shared(2)
    const lines = () => log.splice(0).map(({ fields }) => [fields.ip, fields.not_logged_since])
    for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.2']) {
      isTaken(address)
    }
    expect(lines()).toEqual([
      ['192.0.2.1', 0],
      ['192.0.2.2', 0],
    ])
    clock.now = 59_999
    isTaken('192.0.2.1')
    expect(lines()).toEqual([])
    clock.now = 60_000
    isTaken('192.0.2.1')
    isTaken('192.0.2.1')
    expect(lines()).toEqual([['192.0.2.1', 3]])
  })
})
