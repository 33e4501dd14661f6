import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly method: string
  /** As it came over the wire, not decoded. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown
  /**
   * `headers`: never answers. `body`: answers the head and never the body. `reset`: breaks the connection. `broken`:
   * answers all of the body and breaks the connection instead of ending it.
   */
  readonly stops?: 'headers' | 'body' | 'reset' | 'broken'
  /** Answers all of the body and does not end there. */
  readonly goesOn?: boolean
}

export interface ScriptedServer extends AsyncDisposable {
  readonly baseUrl: string
  readonly received: readonly Received[]
  /** Resolves when a request has come in whole. */
  readonly asked: Promise<void>
  /** Resolves when a caller has broken off a request that was not answered yet. */
  readonly brokenOff: Promise<void>
  /** How many requests have no whole answer yet, and callers who wait for it. */
  readonly waiting: number
  openSockets(): Promise<number>
}

/** A real HTTP server on a free port that answers what `script` says; the last answer is repeated. */
export async function scriptedServer(
  script: readonly Answer[] | ((request: Received) => Answer),
): Promise<ScriptedServer> {
  const received: Received[] = []
  const asked = Promise.withResolvers<void>()
  const brokenOff = Promise.withResolvers<void>()
  let waiting = 0
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
    received.push(seen)
    const answer =
      typeof script === 'function' ? script(seen) : script[Math.min(received.length, script.length) - 1]!
    waiting++
    response.on('close', () => {
      waiting--
      if (!response.writableFinished) brokenOff.resolve()
    })
    if (answer.stops === 'reset') return void request.socket.destroy()
    asked.resolve()
    if (answer.stops === 'headers') return
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? null)
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
    if (answer.stops === 'body') return void response.write(text.slice(0, 1))
    if (answer.goesOn) return void response.write(text)
    if (answer.stops === 'broken') return void response.write(text, () => request.socket.destroy())
    response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    received,
    asked: asked.promise,
    brokenOff: brokenOff.promise,
    get waiting() {
      return waiting
    },
    openSockets: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      // whoever comes back at once finds nobody any more
      server.closeAllConnections()
      await closed
    },
  }
}

export const success = (data: unknown): Answer => ({ body: { code: 0, message: 'success', data } })

export const failure = (status: number, code: string, details: object = {}): Answer => ({
  status,
  body: {
    code: status,
    message: `said the server: ${code}`,
    data: null,
    error: { code, details },
    request_id: 'r-1',
  },
})
