import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Logger, silentLogger } from '@gitferry/core/ports'
import { getRequestListener, RequestError } from '@hono/node-server'
import { Exchanges } from './exchanges.ts'
import { hostNameOf } from './host-name.ts'
import { listen } from './listen.ts'
import { Paced } from './paced.ts'
import { RequestDeadlines } from './request-deadlines.ts'
import { shareConnections } from './share-connections.ts'
import {
  answerFailed,
  answerTooManyHeaders,
  answerUnreadableAddress,
  answerUnreadableRequest,
  maxHeaderLines,
  type UnreadableRequest,
} from './unreadable-request.ts'

export { type HostKey, openHostKey } from './git-ssh/host-key-file.ts'
export {
  type GitOverSshOptions,
  type ListeningOverSsh,
  serveGitOverSsh,
} from './git-ssh/serve-git-over-ssh.ts'
export type { ServedOverSsh } from './git-ssh/served-over-ssh.ts'

/** Anything that answers requests as Hono does; `createApp` makes one. */
export interface Served {
  fetch(
    request: Request,
    bindings: {
      readonly clientAddress: string | undefined
      readonly httpVersion: string
      readonly closing: AbortSignal
      readonly takesLong: () => void
      readonly cutOff: () => void
    },
  ): Response | Promise<Response>
  /** Is told of every answer to what the application did not get to see, with its status. */
  countUnreadable?(status: number): void
}

export interface ServeOptions {
  /** A name or an address, IPv6 without brackets. Default 127.0.0.1. */
  readonly host?: string
  /** Default 38080; 0 lets the system choose. */
  readonly port?: number
  /**
   * Connections at the same time, event streams among them; further ones are closed at once. Default 1,024, of which one
   * address (of IPv6: one /64) may have half, but this machine all.
   */
  readonly maxConnections?: number
  /** How long a request’s headers may take to arrive, in ms. Default 10,000. */
  readonly headersTimeoutMs?: number
  /** How long all of a request may take to arrive, in ms; not less than its headers may. Default 30,000. */
  readonly requestTimeoutMs?: number
  /**
   * Gets a line for every request that the application does not get to see, and for what is refused or goes wrong
   * before there is one. Default: says nothing.
   */
  readonly logger?: Logger
}

export interface Listening {
  /** With the port that it came to be, and without a slash at the end. */
  readonly url: string
  readonly port: number
  /**
   * Takes no further connection, ends the event streams that would never end by themselves, and waits up to
   * `timeoutMs` for the other requests under way; then cuts them off. May be called again, to wait less long.
   */
  close(options: { readonly timeoutMs: number }): Promise<void>
}

/** Stands for a Host header that is missing or cannot be read; no application answers for it (RFC 6761). */
const unreadableHost = 'host.invalid'

/**
 * Serves an application on Node’s own HTTP server. A request that does not arrive in time is answered with 408, one whose
 * headers have more than 100 lines or 16 KiB with 431. The answer may take as long as it takes.
 * @throws INVALID_INPUT when the address or the port cannot be had
 */
export async function serve(app: Served, options: ServeOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', logger = silentLogger, maxConnections = 1_024, port = 38080 } = options
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 30_000 } = options
  const closing = new AbortController()
  const exchanges = new Exchanges()
  const tell = (refused: UnreadableRequest) => {
    logger.info('request refused', { ...refused, duration_ms: null })
    app.countUnreadable?.(refused.status)
  }
  // one for each request, so that what cannot be read is told with its caller
  const listenerOf = (incoming: IncomingMessage, outgoing: ServerResponse) =>
    getRequestListener(
      (request) =>
        app.fetch(request, {
          clientAddress: incoming.socket.remoteAddress,
          httpVersion: incoming.httpVersion,
          closing: closing.signal,
          takesLong: () => deadlines.lift(incoming),
          cutOff: () => outgoing.destroy(),
        }),
      {
        hostname: unreadableHost,
        errorHandler(thrown) {
          if (!(thrown instanceof RequestError)) return answerFailed(thrown, logger)
          const { answer, refused } = answerUnreadableAddress(incoming)
          tell(refused)
          return answer
        },
        overrideGlobalObjects: false,
      },
    )
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      // each request has its own: see `RequestDeadlines`
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(2_000, headersTimeoutMs),
      // the application refuses, in the same words as for a wrong one
      requireHostHeader: false,
      maxHeaderSize: 16 * 1024,
    },
    (incoming, outgoing) => {
      exchanges.begin(incoming, outgoing)
      deadlines.begin(incoming)
      if (incoming.rawHeaders.length > 2 * maxHeaderLines) {
        tell(answerTooManyHeaders(incoming, outgoing))
        return
      }
      if (hostNameOf(incoming.headers.host ?? '') === undefined) incoming.headers.host = unreadableHost
      outgoing.once('close', () => {
        // Node closes what is idle when closing begins; what becomes idle later would be kept for its caller
        if (closing.signal.aborted) setImmediate(() => server.closeIdleConnections())
      })
      void listenerOf(incoming, outgoing)(incoming, outgoing)
    },
  )
  const deadlines = new RequestDeadlines({
    timeoutMs: requestTimeoutMs,
    onLate: ({ socket }, error) => server.emit('clientError', error, socket),
  })
  // what Node counts above this it would leave out, and with it perhaps what a rule asks for
  server.maxHeadersCount = 0
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // a caller who has gone away, or an answer that has begun, leaves nothing to say
    if (error.code === 'ECONNRESET' || !socket.writable || exchanges.isAnswering(socket)) socket.destroy()
    else tell(answerUnreadableRequest(error, socket))
  })
  const now = () => performance.now()
  shareConnections(server, { logger, maxConnections, now })
  const paced = new Paced(now)
  const onError = (error: NodeJS.ErrnoException) => {
    const held = paced.pass(error.code ?? '')
    if (held !== undefined) logger.error('taking a connection failed', { error, not_logged_since: held })
  }
  await listen(server, { host, onError, port })

  const chosen = (server.address() as AddressInfo).port
  let closed: Promise<void> | undefined
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${chosen}`,
    port: chosen,
    close({ timeoutMs }) {
      closing.abort()
      closed ??= new Promise((resolve) => server.close(() => resolve()))
      const timer = setTimeout(() => server.closeAllConnections(), timeoutMs)
      return closed.finally(() => clearTimeout(timer))
    },
  }
}
