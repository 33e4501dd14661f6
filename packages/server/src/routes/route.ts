import type { ServedGitferry } from '../served.ts'
import type { StreamedEvent } from './event-stream.ts'

/** One request, as far as a route needs to know it. */
export interface Call {
  /** gitferry, on behalf of the caller. */
  readonly gitferry: ServedGitferry
  /** The caller’s address, as the socket has it; `undefined` when nobody knows it. */
  readonly ip: string | undefined
  readonly headers: Headers
  /** Fires when the caller goes away. */
  readonly signal: AbortSignal
  /** Fires when the server takes no further requests; absent where nobody says so. */
  readonly closing: AbortSignal | undefined
  /** The number in `{id}`; what is no number comes as it is, for the service to refuse. */
  readonly id: number
  /** Whether the caller asks for an event stream: `Accept: text/event-stream`. */
  readonly wantsEvents: boolean
  /** `Last-Event-ID`: the last event that a caller who was cut off has got. Read like `id`. */
  readonly lastEventId: number | undefined
  /** What stands in the path for `{name}` or `{+name}`, decoded; the latter may hold slashes. */
  parameter(name: string): string
  /** The named query parameters; unchecked, for a service to check. */
  query<Query>(...names: (keyof Query & string)[]): Query
  /**
   * The fields of the body; unchecked, for a service to check. `limitBytes`: another limit than the server’s for bodies.
   * @throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, INVALID_INPUT
   */
  body<Input>(limitBytes?: number): Promise<Input>
  /**
   * The body of a webhook as it was sent, instead of its fields.
   * @throws PAYLOAD_TOO_LARGE, RATE_LIMITED when too many are being read, ABORTED when the caller went away
   */
  bytes(limitBytes: number): Promise<Uint8Array>
  /** Answers an event stream; the signal that `events` is given fires when the caller goes away. */
  stream(events: (signal: AbortSignal) => AsyncIterable<StreamedEvent>): Promise<Response>
  /** Answers records one a line, as fast as the caller reads them. */
  lines(records: AsyncIterable<unknown>): Promise<Response>
}

/** Answers what goes into the envelope: a record, or a page where the endpoint is a list. */
export type Route = (call: Call) => Promise<unknown>
