import type { CallOptions } from '@gitferry/core/contract'
import { type EndpointName, GitferryError } from '@gitferry/core/wire'
import { bodyPieces } from './body-pieces.ts'
import { aborted, isObject, parseJson } from './errors.ts'
import { type Call, labelOf, type Transport } from './transport.ts'

/**
 * The records of an answer in lines of JSON (NDJSON), each as soon as its line is there. Leaving the loop closes the
 * connection.
 * @throws SERVER_UNREACHABLE, UNEXPECTED_RESPONSE when the answer broke off: records are missing then
 */
export async function* jsonLines<Item>(
  transport: Transport,
  name: EndpointName,
  call: Call,
  options?: CallOptions,
): AsyncGenerator<Item, void, undefined> {
  const signal = options?.signal
  const what = labelOf(name)
  const decoder = new TextDecoder()
  const body = await transport.stream(name, 'application/x-ndjson', call, options)
  let rest = ''
  try {
    for await (const piece of bodyPieces(body, what)) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const item = parseJson(line)
        if (!isObject(item)) throw foreign(what, 'a line that is no JSON object')
        if (signal?.aborted) break
        yield item as Item
      }
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  }
  if (signal?.aborted) throw aborted(what, signal)
  // every line is ended, the last one too
  if (rest + decoder.decode() !== '') throw foreign(what, 'half a line, so that its end is missing')
}

const foreign = (what: string, found: string): GitferryError =>
  new GitferryError('UNEXPECTED_RESPONSE', `${what} answered ${found}.`)
