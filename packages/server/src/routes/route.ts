import type { ServedGitferry } from '../served.ts'
import type { StreamedEvent } from './event-stream.ts'

/** One request, as far as a route needs to know it. */
export interface Call {
  /** gitferry, on behalf of the caller. */
  readonly gitferry: ServedGitferry
  /** Fires when the caller goes away. */
  readonly signal: AbortSignal
  /** The number in `{id}`; what is no number comes as it is, for the service to refuse. */
  readonly id: number
  /** Whether the caller asks for an event stream: `Accept: text/event-stream`. */
  readonly wantsEvents: boolean
  /** `Last-Event-ID`: the last event that a caller who was cut off has got. Read like `id`. */
  readonly lastEventId: number | undefined
  /** The name in `{branch}`, decoded; it may hold slashes. */
  readonly branch: string
  /** The named query parameters; unchecked, for a service to check. */
  query<Query>(...names: (keyof Query & string)[]): Query
  /**
   * The fields of the body; unchecked, for a service to check.
   * @throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, INVALID_INPUT
   */
  body<Input>(): Promise<Input>
  /** Answers an event stream; the signal that `events` is given fires when the caller goes away. */
  stream(events: (signal: AbortSignal) => AsyncIterable<StreamedEvent>): Promise<Response>
}

/** Answers what goes into the envelope: a record, or a page where the endpoint is a list. */
export type Route = (call: Call) => Promise<unknown>
