import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GitferryError } from '@gitferry/core/errors'
import { getRequestListener, RequestError } from '@hono/node-server'
import { hostNameOf } from './host-name.ts'
import { errorEnvelope } from './middleware/errors.ts'

/** Anything that answers requests as Hono does; `createApp` makes one. */
export interface Served {
  fetch(
    request: Request,
    bindings: { readonly clientAddress: string | undefined; readonly closing: AbortSignal },
  ): Response | Promise<Response>
}

export interface ServeOptions {
  /** A name or an address, IPv6 without brackets. Default 127.0.0.1. */
  readonly host?: string
  /** Default 38080; 0 lets the system choose. */
  readonly port?: number
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

/** What a system says when it cannot listen, and what to do about it. */
function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): GitferryError {
  const problems: Readonly<Record<string, readonly [field: string, problem: string]>> = {
    EADDRINUSE: ['port', 'another program listens there. Stop that one, or choose another port (--port)'],
    EACCES: ['port', 'this user may not. Choose a port above 1023 (--port)'],
    EADDRNOTAVAIL: ['host', 'this machine has no such address. Choose another one (--host)'],
    ENOTFOUND: ['host', 'this name has no address. Choose another one (--host)'],
    EAI_AGAIN: ['host', 'this name cannot be resolved now. Give an address instead (--host)'],
  }
  const [field, problem] = problems[cause.code ?? ''] ?? [
    'host',
    'the system refuses; the log has its reason',
  ]
  return new GitferryError('INVALID_INPUT', `Cannot listen on ${host}, port ${port}: ${problem}.`, {
    details: { field },
    cause,
  })
}

/** Stands for a Host header that is missing or cannot be read; no application answers for it (RFC 6761). */
const unreadableHost = 'host.invalid'

/** Answers what is no request at all: an address that cannot be read. */
function answerUnreadable(thrown: unknown): Response {
  const error =
    thrown instanceof RequestError
      ? new GitferryError('INVALID_INPUT', 'The address of the request cannot be read.')
      : new GitferryError('INTERNAL', 'An internal error happened; the log has its cause.')
  return Response.json(errorEnvelope(error, randomUUID()), { status: error.status })
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(cause, host, port)))
    server.listen(port, host, resolve)
  })
}

/**
 * Serves an application on Node’s own HTTP server. A request’s headers must arrive within 10 s and all of it within
 * 30 s; the answer may take as long as it takes.
 * @throws INVALID_INPUT when the address or the port cannot be had
 */
export async function serve(app: Served, options: ServeOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', port = 38080 } = options
  const closing = new AbortController()
  const answer = getRequestListener(
    (request, { incoming }) =>
      app.fetch(request, {
        clientAddress: (incoming as IncomingMessage).socket.remoteAddress,
        closing: closing.signal,
      }),
    { hostname: unreadableHost, errorHandler: answerUnreadable, overrideGlobalObjects: false },
  )
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 2_000,
      // the application refuses, in the same words as for a wrong one
      requireHostHeader: false,
    },
    (incoming, outgoing) => {
      if (hostNameOf(incoming.headers.host ?? '') === undefined) incoming.headers.host = unreadableHost
      outgoing.once('close', () => {
        // Node closes what is idle when closing begins; what becomes idle later would be kept for its caller
        if (closing.signal.aborted) setImmediate(() => server.closeIdleConnections())
      })
      void answer(incoming, outgoing)
    },
  )
  await listen(server, host, port)

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
