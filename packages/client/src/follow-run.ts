import type { FollowOptions, RunLogEvent, RunStatus } from '@gitferry/core/contract'
import { GitferryError, isGitferryError } from '@gitferry/core/wire'
import { aborted, isObject, parseJson } from './errors.ts'
import { EventStreamParser, type ServerSentEvent } from './event-stream.ts'
import { pause } from './pause.ts'
import type { Transport } from './transport.ts'

const what = 'Following a run'

/** Three heartbeats of the server's: a connection that is silent for longer is taken for broken. */
const longestSilenceMs = 45_000

/** How long to wait before coming back, until the stream says it; and the longest that it may ask for. */
const comeBackMs = 3_000
const longestComeBackMs = 30_000

/** So many connections in a row that bring nothing, and the server is not there. */
const mostFruitless = 5

/**
 * The log of a run as it grows, over as many connections as it takes: each begins after the last line that came.
 * Leaving the loop closes the connection.
 */
export async function* followRun(
  transport: Transport,
  id: number,
  { after, signal }: FollowOptions = {},
): AsyncGenerator<RunLogEvent, void, undefined> {
  let lastEventId = ''
  let status: RunStatus | undefined
  let waitMs = comeBackMs
  let connected = false
  let fruitless = 0
  for (;;) {
    const left = new AbortController()
    const either = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal])
    const parser = new EventStreamParser({ lastEventId })
    fruitless++
    let cause: unknown
    try {
      const body = await transport.stream('sync.runs.log', {
        path: { id },
        query: { after },
        lastEventId,
        signal: either,
      })
      connected = true
      for await (const piece of pieces(body, left)) {
        for (const received of parser.push(piece)) {
          if (signal?.aborted) throw aborted(what, signal)
          fruitless = 0
          lastEventId = received.id
          const event = runLogEvent(received)
          // every connection begins with the status; it is told when it is another
          if (event === undefined || (event.type === 'status' && event.status === status)) continue
          if (event.type === 'status') status = event.status
          yield event
          if (event.type === 'end') return
        }
      }
    } catch (error) {
      if (signal?.aborted) throw aborted(what, signal)
      if (!connected || !isGitferryError(error) || !error.retryable) throw error
      cause = error
    } finally {
      left.abort()
    }
    if (fruitless >= mostFruitless) throw unreachable(cause)
    waitMs = Math.min(parser.retryMs ?? waitMs, longestComeBackMs)
    await pause(waitMs, what, signal)
  }
}

/** What a connection brings until it ends, breaks or falls silent: to its reader these are one. */
async function* pieces(
  body: ReadableStream<Uint8Array>,
  connection: AbortController,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader()
  const broken = { done: true, value: undefined } as const
  try {
    for (;;) {
      const silence = setTimeout(() => connection.abort(), longestSilenceMs)
      const { done, value } = await reader
        .read()
        .catch(() => broken)
        .finally(() => clearTimeout(silence))
      if (done) return
      yield value
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

/** `undefined`: an event of a newer server. */
function runLogEvent({ event, data }: ServerSentEvent): RunLogEvent | undefined {
  if (event !== 'log' && event !== 'status' && event !== 'end') return undefined
  const fields = parseJson(data)
  if (isObject(fields)) return { ...fields, type: event } as RunLogEvent
  throw new GitferryError('UNEXPECTED_RESPONSE', `${what}: the event "${event}" holds no JSON object.`)
}

const unreachable = (cause: unknown): GitferryError =>
  new GitferryError(
    'SERVER_UNREACHABLE',
    `${what}: ${mostFruitless} connections in a row brought nothing. Check that the server runs, and any proxy between.`,
    { cause },
  )
