import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { afterEach } from 'vitest'
import { answerValidation } from '../../../test/answer-validation-shared.ts'
import { type AppOptions, createApp } from '../src/index.ts'
import { type Listening, serve } from '../src/node.ts'
import { type Fake, fakeGitferry } from './fake-gitferry.ts'
import { type LogLine, recordingLogger } from './recording-logger.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The text as JSON, or `undefined`. */
  readonly json: {
    code: number
    message: string
    data: Record<string, unknown> | null
    error: { code: string; details: Record<string, unknown> }
    request_id: string
  }
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON, with its type; anything else as it is. */
  readonly body?: object | string | Uint8Array
  readonly chunked?: boolean
}

export interface ServedApp extends Fake {
  readonly port: number
  readonly url: string
  readonly log: LogLine[]
  /** Sends one request: `POST /api/v1/repos`. */
  send(request: string, sent?: Sent): Promise<Answer>
  /** Sends bytes and answers all that comes back. */
  raw(bytes: string): Promise<string>
}

const open: Listening[] = []

afterEach(async () => {
  for (const listening of open.splice(0)) await listening.close({ timeoutMs: 0 })
})

function send(port: number, request: string, { headers = {}, body, chunked }: Sent): Promise<Answer> {
  const [method = 'GET', path = '/'] = request.split(' ')
  const asJson = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)
  const payload = asJson ? JSON.stringify(body) : body
  const length = payload === undefined ? undefined : Buffer.byteLength(payload)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: {
          ...(asJson ? { 'Content-Type': 'application/json' } : {}),
          ...(chunked || length === undefined ? {} : { 'Content-Length': String(length) }),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const isJson = incoming.headers['content-type']?.startsWith('application/json')
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text,
            json: isJson && text !== '' ? JSON.parse(text) : undefined,
          })
        })
      },
    )
    outgoing.on('error', reject)
    if (payload !== undefined) outgoing.write(payload)
    outgoing.end()
  })
}

function checkAnswer(request: string, { headers, status, text }: Answer): void {
  const [method = 'GET', path = '/'] = request.split(' ')
  answerValidation().check({ method, path, status, type: headers['content-type'], text })
}

function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
  })
}

/** The application on a fake gitferry, on a free port, until the test is over. */
export async function serveApp(options: AppOptions = {}): Promise<ServedApp> {
  const fake = fakeGitferry()
  const { log, logger } = recordingLogger()
  const app = createApp(fake.gitferry, { logger, ...options })
  const listening = await serve(app, { port: 0, logger })
  open.push(listening)
  const { port, url } = listening
  return {
    ...fake,
    port,
    url,
    log,
    async send(request, sent = {}) {
      const before = fake.calls.length
      const answer = await send(port, request, sent)
      // what the fake answers is made up; what never came to it, the server answered by itself
      if (fake.calls.length === before) checkAnswer(request, answer)
      return answer
    },
    raw: (bytes) => raw(port, bytes),
  }
}
