import type { CallOptions, GitferryEvent, GitferryEventName, GitferryEvents } from '@gitferry/core/contract'
import { eventData } from './event-data.ts'
import { serverEvents } from './server-events.ts'
import type { Transport } from './transport.ts'

const what = 'Listening for events'

interface Listening {
  readonly signal: AbortSignal
  readonly persistent: boolean
}

/** The events of these names and no others, until the signal fires, which ends the loop without an error. */
export async function* namedEvents(
  transport: Transport,
  names: readonly GitferryEventName[],
  { signal, persistent }: Listening,
): AsyncGenerator<GitferryEvent, undefined, undefined> {
  const call = { query: { names: names.join() } }
  try {
    for await (const received of serverEvents(transport, 'events', { what, call, signal, persistent })) {
      const name = names.find((name) => name === received.event)
      // what a newer server tells besides is passed over
      if (name !== undefined) yield { name, data: eventData(received, what) } as unknown as GitferryEvent
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return undefined
}

/** The events of one name, on a connection of their own, which is made at once. */
export function eventsOf<Name extends GitferryEventName>(
  transport: Transport,
  name: Name,
  { signal }: CallOptions = {},
): AsyncIterableIterator<GitferryEvents[Name]> {
  const left = new AbortController()
  const ended = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal])
  const events = payloads<Name>(namedEvents(transport, [name], { signal: ended, persistent: false }))
  // asked for before the loop begins, or what happens until then would not be told
  let first: Promise<IteratorResult<GitferryEvents[Name]>> | undefined = events.next()
  first.catch(() => {})
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next() {
      if (ended.aborted) return events.return(undefined)
      const next = first ?? events.next()
      first = undefined
      return next
    },
    // ends a read under way as well, which the generator's own return() would wait for
    return() {
      left.abort()
      return events.return(undefined)
    },
  }
}

async function* payloads<Name extends GitferryEventName>(
  events: AsyncIterable<GitferryEvent>,
): AsyncGenerator<GitferryEvents[Name], undefined, undefined> {
  for await (const { data } of events) yield data as GitferryEvents[Name]
  return undefined
}
