import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** The requests that each connection has brought, and how far their answers are. */
export class Exchanges {
  /** Those that may not have ended, by connection. */
  readonly #of = new WeakMap<Duplex, Exchange[]>()

  begin(request: IncomingMessage, response: ServerResponse): void {
    const open = (this.#of.get(request.socket) ?? []).filter((exchange) => !hasEnded(exchange))
    this.#of.set(request.socket, [...open, { request, response }])
  }

  /**
   * Whether an answer that is said now would be taken for another: one has begun and not ended, or that of a request
   * which has arrived whole is still to come. A request that is cut short may be answered so.
   */
  isAnswering(connection: Duplex): boolean {
    const open = (this.#of.get(connection) ?? []).filter((exchange) => !hasEnded(exchange))
    return open.some(({ request, response }) => request.complete || response.headersSent)
  }
}

const hasEnded = ({ request, response }: Exchange): boolean => request.complete && response.writableFinished
