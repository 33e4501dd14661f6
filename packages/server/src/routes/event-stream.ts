import { fromUnknown } from '@gitferry/core/errors'
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

const heartbeatMs = 15_000

/** How long a caller that was cut off should wait before it comes back. */
const comeBackMs = 3_000

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // or nginx keeps events back until its buffer is full
  'X-Accel-Buffering': 'no',
}

/**
 * Answers `events` as an event stream (WHATWG HTML, server-sent events), with a comment every 15 s so that no proxy
 * takes it for dead. The first event is waited for before anything is answered: a refusal is an answer like any
 * other. An error later on breaks the stream off, which callers take as a reason to come back; it is logged, never
 * sent. A caller that goes away ends the events by their signal.
 */
export async function eventStream(
  events: (signal: AbortSignal) => AsyncIterable<StreamedEvent>,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<Response> {
  const left = new AbortController()
  const source = events(AbortSignal.any([signal, left.signal]))[Symbol.asyncIterator]()
  let next = await source.next()

  const { readable, writable } = new TransformStream()
  const stream = new SSEStreamingApi(writable, readable)
  stream.onAbort(() => left.abort())

  async function send(): Promise<void> {
    const heartbeat = setInterval(() => void stream.write(': still here\n\n'), heartbeatMs)
    const giveUp = () => stream.abort()
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      await stream.write(`retry: ${comeBackMs}\n\n`)
      for (; !next.done; next = await source.next()) {
        const { data, event, id } = next.value
        await stream.writeSSE({ event, data: JSON.stringify(data), ...(id !== undefined && { id }) })
      }
    } catch (thrown) {
      const error = fromUnknown(thrown)
      if (error.code !== 'ABORTED') logger.error('an event stream broke off', { error })
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
