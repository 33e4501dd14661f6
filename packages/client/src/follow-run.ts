import type { FollowOptions, RunLogEvent, RunStatus } from '@gitferry/core/contract'
import { eventData } from './event-data.ts'
import type { ServerSentEvent } from './event-stream.ts'
import { serverEvents } from './server-events.ts'
import type { Transport } from './transport.ts'

const what = 'Following a run'

/**
 * The log of a run as it grows, over as many connections as it takes: each begins after the last line that came.
 * Leaving the loop closes the connection.
 */
export async function* followRun(
  transport: Transport,
  id: number,
  { after, signal }: FollowOptions = {},
): AsyncGenerator<RunLogEvent, void, undefined> {
  const call = { path: { id }, query: { after } }
  let status: RunStatus | undefined
  for await (const received of serverEvents(transport, 'sync.runs.log', { what, call, signal })) {
    const event = runLogEvent(received)
    // every connection begins with the status; it is told when it is another
    if (event === undefined || (event.type === 'status' && event.status === status)) continue
    if (event.type === 'status') status = event.status
    yield event
    if (event.type === 'end') return
  }
}

/** `undefined`: an event of a newer server. */
function runLogEvent(received: ServerSentEvent): RunLogEvent | undefined {
  const { event } = received
  if (event !== 'log' && event !== 'status' && event !== 'end') return undefined
  return { ...eventData(received, what), type: event } as RunLogEvent
}
