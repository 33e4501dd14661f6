import { spawn } from 'node:child_process'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A git server over plain http, for tests. */
export interface GitHttpServer {
  readonly port: number
  /** How many connections were opened to it. */
  readonly connections: number
  /** The `Host` of every request. */
  readonly hosts: readonly string[]
  /** The `Authorization` of every request, as `user:secret`; `null` where there was none. */
  readonly logins: readonly (string | null)[]
  /** The headers of every request. */
  readonly headers: readonly IncomingHttpHeaders[]
  close(): Promise<void>
}

export interface GitHttpServerOptions {
  /** The one `user:secret` (RFC 7617) that is let in. Default: everybody is. */
  readonly login?: string
  /** Where requests are sent on to, instead of being answered. */
  readonly redirectTo?: string
  /** Which ones, by method, path and query. Default: every one. */
  readonly redirects?: RegExp
  /** Asked at every request: whether pushes are taken. Default: always. */
  readonly takesPushes?: () => boolean
  /** Called with every request, before it is answered: the git that asks is waiting. */
  readonly onRequest?: () => void
}

/** Serves the bare repositories of `folder` on 127.0.0.1 through git's own http-backend. */
export async function serveGit(
  folder: string,
  { login, redirectTo, redirects = /^/, takesPushes = () => true, onRequest }: GitHttpServerOptions = {},
): Promise<GitHttpServer> {
  let connections = 0
  const hosts: string[] = []
  const logins: (string | null)[] = []
  const headers: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    headers.push(request.headers)
    hosts.push(request.headers.host ?? '')
    const [, basic] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? []
    const given = basic === undefined ? null : Buffer.from(basic, 'base64').toString()
    logins.push(given)
    onRequest?.()
    if (redirectTo !== undefined && redirects.test(`${request.method} ${request.url}`)) {
      response.writeHead(301, { location: `${redirectTo}${request.url}` }).end()
      return
    }
    if (login !== undefined && given !== login) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end()
      return
    }
    const url = new URL(request.url ?? '/', 'http://server')
    const backend = spawn('git', ['http-backend'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: folder,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'http.receivepack',
        GIT_CONFIG_VALUE_0: String(takesPushes()),
        REQUEST_METHOD: request.method ?? 'GET',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      },
    })
    request.pipe(backend.stdin)
    const chunks: Buffer[] = []
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    backend.on('close', () => {
      const answer = Buffer.concat(chunks)
      const end = answer.indexOf('\r\n\r\n')
      for (const line of answer.subarray(0, end).toString().split('\r\n')) {
        const [name = '', value = ''] = line.split(': ')
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
        else response.setHeader(name, value)
      }
      response.end(answer.subarray(end + 4))
    })
  })
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    hosts,
    logins,
    headers,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
