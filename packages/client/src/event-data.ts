import { GitferryError } from '@gitferry/core/wire'
import { isObject, parseJson } from './errors.ts'
import type { ServerSentEvent } from './event-stream.ts'

/** The object that an event of gitferry's carries. @throws UNEXPECTED_RESPONSE */
export function eventData({ data, event }: ServerSentEvent, what: string): Record<string, unknown> {
  const fields = parseJson(data)
  if (isObject(fields)) return fields
  throw new GitferryError('UNEXPECTED_RESPONSE', `${what}: the event "${event}" holds no JSON object.`)
}
