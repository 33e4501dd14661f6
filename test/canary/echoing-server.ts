import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that says back what it was told, as if to have it logged. */
export interface EchoingServer {
  readonly port: number
  /** What it said. */
  readonly echoes: readonly string[]
  close(): Promise<void>
}

/**
 * Refuses git with a text that holds its login: raw, as the header has it, and URL-encoded. git prints it. Refuses a
 * robot's message with an `errmsg` that holds the URL that it came by.
 */
export async function serveEchoes(): Promise<EchoingServer> {
  const echoes: string[] = []
  const server = createServer((request, response) => {
    request.resume()
    const { authorization = '', 'content-type': type } = request.headers
    const login = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString()
    const isMessage = type?.startsWith('application/json') ?? false
    const text = isMessage
      ? `${request.url} ${decodeURIComponent(request.url ?? '')}`
      : `${authorization} ${login} ${encodeURIComponent(login)}`
    echoes.push(text)
    if (isMessage) response.end(JSON.stringify({ errcode: 1, errmsg: text }))
    else response.writeHead(403, { 'content-type': 'text/plain' }).end(`${text}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    echoes,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
