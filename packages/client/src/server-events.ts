import { type EndpointName, GitferryError, isGitferryError } from '@gitferry/core/wire'
import { bodyPieces } from './body-pieces.ts'
import { aborted } from './errors.ts'
import { EventStreamParser, type ServerSentEvent } from './event-stream.ts'
import { pause } from './pause.ts'
import { notNow } from './retry.ts'
import type { Call, Transport } from './transport.ts'

/** How long to wait before coming back, until the stream says it; and the longest that it may ask for. */
const comeBackMs = 3_000
const longestComeBackMs = 30_000

/** So many connections in a row that bring nothing, and the server is not there. */
const mostFruitless = 5

export interface Listening {
  /** What is being done, for errors. */
  readonly what: string
  readonly call: Pick<Call, 'path' | 'query'>
  readonly signal?: AbortSignal | undefined
  /**
   * Comes back for as long as the server is away, also when it was not there yet. Default: throws when the first
   * connection fails, and after five in a row that bring nothing.
   */
  readonly persistent?: boolean
}

/**
 * The events of an address, over as many connections as it takes: each begins after the last event that came with an
 * id. It never ends by itself; leaving the loop closes the connection. Nothing is read before it is asked for, so that
 * a slow reader holds up the server, which then drops the oldest.
 * @throws ABORTED, SERVER_UNREACHABLE, and what the server refuses
 */
export async function* serverEvents(
  transport: Transport,
  name: EndpointName,
  { what, call, signal, persistent = false }: Listening,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let lastEventId = ''
  let waitMs = comeBackMs
  let connected = persistent
  let fruitless = 0
  for (;;) {
    const parser = new EventStreamParser({ lastEventId })
    let cause: unknown
    fruitless++
    try {
      const body = await transport.stream(name, 'text/event-stream', { ...call, lastEventId }, { signal })
      connected = true
      for await (const piece of bodyPieces(body, what)) {
        for (const received of parser.push(piece)) {
          if (signal?.aborted) throw aborted(what, signal)
          fruitless = 0
          lastEventId = received.id
          yield received
        }
      }
    } catch (error) {
      if (signal?.aborted) throw aborted(what, signal)
      if (!connected || !mayComeBack(error)) throw error
      cause = error
    }
    if (fruitless >= mostFruitless && !persistent) throw unreachable(what, cause)
    waitMs = Math.min(parser.retryMs ?? waitMs, longestComeBackMs)
    await pause(waitMs, what, signal)
  }
}

/** A proxy's page counts as well: it stands there while the server behind it starts anew. */
const mayComeBack = (error: unknown): boolean =>
  isGitferryError(error) && (error.retryable || notNow.includes(Number(error.details.status)))

const unreachable = (what: string, cause: unknown): GitferryError =>
  new GitferryError(
    'SERVER_UNREACHABLE',
    `${what}: ${mostFruitless} connections in a row brought nothing. Check baseUrl and any proxy between.`,
    { cause },
  )
