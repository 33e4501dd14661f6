import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

/**
 * What one request of git's smart http protocol is for. `greeting`, `listing`, `pack`: the three of a fetch
 * (gitprotocol-v2), the first two of which are a listing's. `push-greeting`, `push`: the two of a push; the answer to
 * the second one is its report.
 */
export type RequestKind = 'greeting' | 'listing' | 'pack' | 'push-greeting' | 'push'

/** Where the body of an answer ends for the client: its length is told, or it is whatever comes until the end. */
export type Framing = 'length' | 'close'

/** What is done to a request. A number of bytes below zero counts from the end. */
export type Fault =
  /** Answered with this status, and asked of nobody. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Taken, and never answered. */
  | { readonly silent: true }
  /** Taken, and the connection ended without an answer. */
  | { readonly hangUp: true }
  /** Answered up to this byte of the body, and then nothing more comes. */
  | { readonly stallAfter: number }
  /** Answered up to this byte of the body, and then the connection ends. */
  | { readonly cutAfter: number; readonly framing: Framing }
  /** Only so many bytes of the request's body come to the server, and the connection ends when it has done with them. */
  | { readonly cutRequestAfter: number }

export interface FaultRule {
  readonly repository: 'origin.git' | 'backup.git'
  readonly on: RequestKind
  readonly fault: Fault
  /** The first request of the kind that is met, counted from when the rule was set. Default 1. */
  readonly from?: number
  /** How many requests are met. Default: every one. */
  readonly times?: number
}

export interface SeenRequest {
  readonly repository: string
  readonly kind: RequestKind
  readonly isFaulty: boolean
}

/** A git server whose connections fail as they are told to. */
export interface FaultyProxy {
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** Every request since the last `inject` or `heal`. */
  readonly requests: readonly SeenRequest[]
  /** Sets the one rule; answers a promise that settles when a request has first been met by it. */
  inject(rule: FaultRule): Promise<void>
  /** From now on everything works. */
  heal(): void
  close(): Promise<void>
}

/** Stands before a git server on this machine. */
export async function faultyProxy(serverPort: number): Promise<FaultyProxy> {
  let rule: FaultRule | undefined
  let met = Promise.withResolvers<void>()
  let requests: SeenRequest[] = []
  const reset = (next: FaultRule | undefined) => {
    rule = next
    requests = []
    met = Promise.withResolvers<void>()
  }

  const deal = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request)
    const repository = /^\/([^/]+)\//.exec(request.url ?? '')?.[1] ?? ''
    const kind = kindOf(request, body)
    const number = 1 + requests.filter((seen) => seen.kind === kind && seen.repository === repository).length
    const isFaulty = rule !== undefined && applies(rule, { repository, kind, number })
    requests.push({ repository, kind, isFaulty })
    if (!isFaulty) return answer(response, await forward(request, body, serverPort))
    const { fault } = rule!
    const reached = met.resolve
    await inflict(fault, { request, response, body, serverPort })
    reached()
  }
  const server = createServer((request, response) => {
    // a client that is killed while it waits
    for (const stream of [request, response]) stream.on('error', () => {})
    // it went away while it sent, or the git server behind did: whoever is still there sees the line end
    deal(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests
    },
    inject(next) {
      reset(next)
      return met.promise
    },
    heal: () => reset(undefined),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function applies(
  { from = 1, on, repository, times = Infinity }: FaultRule,
  seen: { readonly repository: string; readonly kind: RequestKind; readonly number: number },
): boolean {
  if (seen.kind !== on || seen.repository !== repository) return false
  return seen.number >= from && seen.number < from + times
}

function kindOf({ headers, url = '' }: IncomingMessage, body: Buffer): RequestKind {
  if (url.endsWith('/info/refs?service=git-upload-pack')) return 'greeting'
  if (url.endsWith('/info/refs?service=git-receive-pack')) return 'push-greeting'
  if (url.endsWith('/git-receive-pack')) return 'push'
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  return plain.includes('command=ls-refs') ? 'listing' : 'pack'
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

function forward({ headers, method, url }: IncomingMessage, body: Buffer, port: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, 'content-length': __, ...kept } = headers
    const length = method === 'POST' ? { 'content-length': body.length } : {}
    const passed = { ...kept, host: `127.0.0.1:${port}`, connection: 'close', ...length }
    const asked = send({ host: '127.0.0.1', port, method, path: url, headers: passed }, (from) => {
      const { 'content-type': type = 'text/plain' } = from.headers
      const { statusCode: status = 0 } = from
      // a connection that is used once: curl tries again by itself where one that it kept open is dead
      const passedOn = { 'content-type': type, 'cache-control': 'no-cache', connection: 'close' }
      buffer(from).then((whole) => resolve({ status, headers: passedOn, body: whole }), reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

function answer(response: ServerResponse, { body, headers, status }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body)
}

const upTo = (body: Buffer, bytes: number): Buffer => body.subarray(0, bytes)

async function inflict(
  fault: Fault,
  exchange: {
    readonly request: IncomingMessage
    readonly response: ServerResponse
    readonly body: Buffer
    readonly serverPort: number
  },
): Promise<void> {
  const { body, request, response, serverPort } = exchange
  if ('silent' in fault) return
  if ('hangUp' in fault) return void response.socket?.end()
  if ('status' in fault) return void response.writeHead(fault.status, { ...fault.headers }).end('no\n')
  if ('cutRequestAfter' in fault) {
    await forward(request, upTo(body, fault.cutRequestAfter), serverPort)
    return void response.socket?.end()
  }
  const whole = await forward(request, body, serverPort)
  const isStall = 'stallAfter' in fault
  const part = upTo(whole.body, isStall ? fault.stallAfter : fault.cutAfter)
  const isCounted = isStall || fault.framing === 'length'
  if (!isCounted) response.removeHeader('transfer-encoding')
  const length = isCounted ? { 'content-length': whole.body.length } : {}
  response.writeHead(whole.status, { ...whole.headers, ...length })
  response.flushHeaders()
  await new Promise<void>((resolve) => response.write(part, () => resolve()))
  if (!isStall) response.socket?.end()
}
