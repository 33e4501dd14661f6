import { connect } from 'node:net'
import { GitferryError } from '@gitferry/core/errors'
import { describe, expect, it } from 'vitest'
import { type Answer, type Sent, type ServedApp, serveApp } from './served-app.ts'

const address = 'POST /api/webhooks/task-sync'
const json = { 'Content-Type': 'application/json' }
const answer = { message: 'Sync triggered successfully', task_id: 1, run_id: 7 }

interface Webhook {
  readonly body: () => Promise<Uint8Array>
  readonly headers: Headers
  readonly ip: string | null
}

/** An application whose webhooks are all good, once their body was read. */
async function serveWebhooks(options?: Parameters<typeof serveApp>[0]) {
  const app = await serveApp(options)
  const bodies: Uint8Array[] = []
  app.behaviour['webhooks.taskSync'] = async ([webhook]) => {
    bodies.push(await (webhook as Webhook).body())
    return answer
  }
  const post = (sent: Sent = {}): Promise<Answer> => app.send(address, sent)
  const asked = (): Webhook => app.calls.at(-1)?.input[0] as Webhook
  return { app, post, bodies, asked }
}

const refuse = (app: ServedApp, error: GitferryError) => {
  app.behaviour['webhooks.taskSync'] = () => {
    throw error
  }
}

describe('a webhook', () => {
  it('is answered flat', async () => {
    const { post } = await serveWebhooks()
    const { status, text } = await post({ body: { task_id: 1 } })
    expect({ status, body: JSON.parse(text) }).toEqual({ status: 200, body: answer })
  })

  it.each([
    ['invalid UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
    ['a byte order mark', new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])],
    ['blanks', new TextEncoder().encode(' { "task_id" :1,\r\n"task_id":2 }\n')],
    ['nothing', new Uint8Array()],
  ])('reaches the service byte for byte: %s', async (_, body) => {
    const { post, bodies } = await serveWebhooks()
    for (const chunked of [false, true]) await post({ body, headers: json, chunked })
    expect(bodies).toEqual([body, body])
  })

  it('reaches the service with its headers and the address of its socket', async () => {
    const { app, post, asked } = await serveWebhooks()
    const forwarded = { 'X-Forwarded-For': '203.0.113.7', Forwarded: 'for=203.0.113.7', 'X-Real-IP': '::1' }
    const signed = { 'X-Hub-Signature-256': 'sha256=00', 'X-GitHub-Delivery': 'd-1', 'User-Agent': 'hook' }
    await post({ body: '{}', headers: { ...json, ...forwarded, ...signed } })
    const { headers, ip } = asked()
    expect(ip).toBe('127.0.0.1')
    for (const [name, value] of Object.entries({ ...json, ...signed })) expect(headers.get(name)).toBe(value)
    expect(app.calls.at(-1)?.principal).toMatchObject({ ip: '127.0.0.1', userAgent: 'hook' })
  })

  it.each([
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    [undefined, null],
  ])('is let in from anywhere and without a token: from %s', async (clientAddress, ip) => {
    const { post, asked } = await serveWebhooks({ clientAddress: () => clientAddress })
    expect((await post({ body: '{}', headers: { ...json, Authorization: 'Bearer x' } })).status).toBe(200)
    expect(asked().ip).toBe(ip)
  })

  it('may have as much as 1 MiB, and not a byte more', async () => {
    const { post, bodies } = await serveWebhooks()
    const most = new Uint8Array(1024 * 1024).fill(0x20)
    expect((await post({ body: most, headers: json })).status).toBe(200)
    expect(bodies[0]?.byteLength).toBe(most.byteLength)
    const more = new Uint8Array(most.byteLength + 1).fill(0x20)
    for (const chunked of [false, true]) {
      const { status, json: envelope } = await post({ body: more, headers: json, chunked })
      expect(status).toBe(413)
      expect(envelope.error).toEqual({
        code: 'PAYLOAD_TOO_LARGE',
        details: { field: 'body', limit_bytes: most.byteLength },
      })
    }
    expect(bodies).toHaveLength(1)
  })
})

describe('a webhook that is refused', () => {
  it.each([
    ['ADDRESS_NOT_ALLOWED', 403],
    ['SIGNATURE_INVALID', 401],
    ['INVALID_INPUT', 400],
    ['UNSUPPORTED_MEDIA_TYPE', 415],
    ['TASK_NOT_FOUND', 404],
    ['CONFLICT', 409],
  ] as const)(
    'as %s is answered %i in the envelope, and recorded by nobody but the service',
    async (code, status) => {
      const { app, post } = await serveWebhooks()
      refuse(app, new GitferryError(code, 'No.'))
      const answer = await post({ body: { task_id: 1 } })
      expect(answer.status).toBe(status)
      expect(answer.json).toMatchObject({ code: status, message: 'No.', data: null, error: { code } })
      expect(answer.headers['retry-after']).toBeUndefined()
      expect(app.refused).toEqual([])
    },
  )

  it('for its rate is told when to come again', async () => {
    const { app, post } = await serveWebhooks()
    refuse(app, new GitferryError('RATE_LIMITED', 'No.', { details: { retry_after_seconds: 12 } }))
    const { headers, status, json: envelope } = await post({ body: '{}', headers: json })
    expect({ status, retryAfter: headers['retry-after'] }).toEqual({ status: 429, retryAfter: '12' })
    expect(envelope.error.details).toEqual({ retry_after_seconds: 12 })
  })

  it('is answered before its body has come', async () => {
    const { app, post } = await serveWebhooks()
    refuse(app, new GitferryError('ADDRESS_NOT_ALLOWED', 'No.'))
    const body = new Uint8Array(3 * 1024 * 1024)
    for (const chunked of [false, true]) {
      expect((await post({ body, headers: json, chunked })).status).toBe(403)
    }
  })

  it.each([{ Host: 'evil.example' }, { Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }])(
    'because it came from where no request may: %j',
    async (headers) => {
      const { app, post } = await serveWebhooks()
      expect((await post({ body: '{}', headers: { ...json, ...headers } })).status).toBe(403)
      expect(app.calls).toEqual([])
    },
  )

  it('because of its method is told which one there is', async () => {
    const { app } = await serveWebhooks()
    const { headers, status } = await app.send('GET /api/webhooks/task-sync')
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'POST' })
  })
})

describe('many webhooks that come in slowly', () => {
  const size = 1024 * 1024
  const most = 16
  const all = 60

  /** Sends all of a webhook but its last bytes, and keeps the connection open. */
  function sendMost(port: number) {
    const socket = connect(port, '127.0.0.1')
    const head = [
      'POST /api/webhooks/task-sync HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      `Content-Length: ${size}`,
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    socket.write(Buffer.alloc(size - 10, 0x20))
    const answered = new Promise<string>((resolve) => {
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
        if (text.includes('\r\n\r\n')) resolve(text)
      })
      // a refused one may be cut off while it still sends
      socket.on('error', () => resolve(text))
    })
    return { socket, answered }
  }

  it('take no more memory together than a few: the others are told to come again', async () => {
    const { app, post, bodies } = await serveWebhooks()
    const senders = Array.from({ length: all }, () => sendMost(app.port))
    const answers: string[] = []
    const enough = Promise.withResolvers<void>()
    for (const { answered } of senders) {
      void answered.then((text) => answers.push(text) === all - most && enough.resolve())
    }
    await enough.promise
    for (const text of answers) {
      expect(text).toMatch(/^HTTP\/1\.1 429 /)
      expect(text).toMatch(/\r\nretry-after: 30\r\n/i)
    }
    for (const { socket } of senders) socket.destroy()
    // what they took is there again once the server saw them go
    for (;;) {
      const { status } = await post({ body: new Uint8Array(size), headers: json })
      if (status === 200) break
      expect(status).toBe(429)
    }
    expect(bodies).toHaveLength(1)
  })
})

describe('the way in for webhooks', () => {
  it.each([
    'POST /api/webhooks/../v1/repos',
    'POST /api/webhooks/%2e%2e/v1/repos',
    'POST /api/webhooks/..%2fv1/repos',
    'POST /api/webhooks//../../v1/repos',
    'POST /api/webhooks',
    'POST /api/v1/webhooks/task-sync',
    'GET /api/v1/repos?/api/webhooks/',
  ])('is no way around the rules for others: %s', async (request) => {
    const { app } = await serveWebhooks({ clientAddress: () => '203.0.113.7' })
    const [line] = (
      await app.raw(
        `${request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      )
    ).split('\r\n')
    expect(line).toMatch(/ (?:401|404) /)
    expect(app.calls).toEqual([])
  })
})
