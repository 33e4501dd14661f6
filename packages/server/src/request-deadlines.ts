import type { IncomingMessage } from 'node:http'

/** From the answer to a request that was too slow until its connection is ended, if its caller has not done so, in ms. */
const lastWordMs = 1_000

/**
 * How long each request may take to arrive. Node has one deadline for all of them (`requestTimeout`), under which no large
 * push would ever end.
 */
export class RequestDeadlines {
  readonly #timeoutMs: number
  readonly #onLate: (request: IncomingMessage, error: NodeJS.ErrnoException) => void
  readonly #timers = new WeakMap<IncomingMessage, NodeJS.Timeout>()

  constructor({
    timeoutMs,
    onLate,
  }: {
    readonly timeoutMs: number
    /** Gets the error that Node itself would have told. */
    readonly onLate: (request: IncomingMessage, error: NodeJS.ErrnoException) => void
  }) {
    this.#timeoutMs = timeoutMs
    this.#onLate = onLate
  }

  /** The headers are there. */
  begin(request: IncomingMessage): void {
    const timer = setTimeout(() => {
      if (request.complete) return
      const late = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
      this.#onLate(request, late)
      setTimeout(() => request.socket.destroy(), lastWordMs).unref()
    }, this.#timeoutMs)
    timer.unref()
    this.#timers.set(request, timer)
    request.once('close', () => this.lift(request))
  }

  /** Lets a request take as long as it takes. May be called twice. */
  lift(request: IncomingMessage): void {
    clearTimeout(this.#timers.get(request))
    this.#timers.delete(request)
  }
}
