import { fromUnknown, GitferryError } from '@gitferry/core/errors'
import type { Logger } from '@gitferry/core/ports'
import { SSEStreamingApi } from 'hono/streaming'

/** One event of a stream, before it becomes text. */
export interface StreamedEvent {
  readonly event: string
  /** With which a caller that was cut off resumes (`Last-Event-ID`). */
  readonly id?: string
  /** Sent as JSON. */
  readonly data: unknown
}

export interface EventStreamOptions {
  readonly logger: Logger
  /** Fires when the caller goes away. */
  readonly signal: AbortSignal
  /** Throws when the caller would be let in no longer. Absent: everybody is. */
  readonly admitAgain?: (() => Promise<unknown>) | undefined
}

const heartbeatMs = 15_000

/** How long a caller that was cut off should wait before it comes back. */
const comeBackMs = 3_000

/** Since the comment before. */
const unanswered = () =>
  new GitferryError(
    'STORAGE_FAILED',
    `The storage has not told within ${heartbeatMs} ms whether the caller of an event stream may go on.`,
  )

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // or nginx keeps events back until its buffer is full
  'X-Accel-Buffering': 'no',
}

/**
 * Answers `events` as an event stream (WHATWG HTML, server-sent events), with a comment every 15 s so that no proxy
 * takes it for dead. The first event is waited for before anything is answered: a refusal is an answer like any
 * other. An error later on breaks the stream off, which callers take as a reason to come back; it is logged, never
 * sent. A caller that goes away ends the events by their signal. One that was let in is looked at again with every
 * comment: the stream breaks off within 30 s after a token was revoked, and also where nobody can tell.
 */
export async function eventStream(
  events: (signal: AbortSignal) => AsyncIterable<StreamedEvent>,
  { admitAgain, logger, signal }: EventStreamOptions,
): Promise<Response> {
  const left = new AbortController()
  const source = events(AbortSignal.any([signal, left.signal]))[Symbol.asyncIterator]()
  let next = await source.next()

  const { readable, writable } = new TransformStream()
  const stream = new SSEStreamingApi(writable, readable)
  stream.onAbort(() => left.abort())

  function report(thrown: unknown): void {
    const error = fromUnknown(thrown)
    if (error.status === 401) logger.warn('an event stream broke off: its caller is let in no longer')
    else if (error.code !== 'ABORTED') logger.error('an event stream broke off', { error })
  }

  let isAsking = false
  async function lookAgain(): Promise<void> {
    try {
      if (isAsking) throw unanswered()
      isAsking = true
      await admitAgain?.()
      isAsking = false
    } catch (thrown) {
      if (!left.signal.aborted) report(thrown)
      stream.abort()
    }
  }

  async function send(): Promise<void> {
    const heartbeat = setInterval(() => {
      void stream.write(': still here\n\n')
      void lookAgain()
    }, heartbeatMs)
    const giveUp = () => stream.abort()
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      await stream.write(`retry: ${comeBackMs}\n\n`)
      for (; !next.done && !left.signal.aborted; next = await source.next()) {
        const { data, event, id } = next.value
        await stream.writeSSE({ event, data: JSON.stringify(data), ...(id !== undefined && { id }) })
      }
    } catch (thrown) {
      report(thrown)
    } finally {
      clearInterval(heartbeat)
      signal.removeEventListener('abort', giveUp)
      await source.return?.()
      await stream.close()
    }
  }

  void send()
  return new Response(stream.responseReadable, { headers })
}
