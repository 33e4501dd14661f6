import type { ServedGitferry } from '../served.ts'
import type { StreamedEvent } from './event-stream.ts'
import type { Route } from './route.ts'

interface Ends {
  /** Fires when the caller goes away. */
  readonly gone: AbortSignal
  readonly closing: AbortSignal | undefined
}

/** `listening`, from which on nothing is missed; each event by its name; `end` when the server stops. */
async function* streamed(
  gitferry: Pick<ServedGitferry, 'eventsOf'>,
  names: readonly string[] | undefined,
  { gone, closing }: Ends,
): AsyncGenerator<StreamedEvent, void, undefined> {
  const signal = closing === undefined ? gone : AbortSignal.any([gone, closing])
  const events = gitferry.eventsOf(names, { signal })
  try {
    yield { event: 'listening', data: {} }
    for await (const { name, data } of events) yield { event: name, data }
    if (!gone.aborted) yield { event: 'end', data: {} }
  } finally {
    await events.return()
  }
}

export const eventRoutes = {
  events: async ({ closing, gitferry, query, stream }) => {
    const { names } = query<{ names?: string | readonly string[] }>('names')
    const selectors = names === undefined ? undefined : [names].flat().flatMap((text) => text.split(','))
    return stream((gone) => streamed(gitferry, selectors, { gone, closing }))
  },
} as const satisfies Record<string, Route>
