import { isErrorCode, isGitferryError } from '@gitferry/core/errors'
import { parseJson, rebuildError, unexpectedResponse } from '../../../packages/client/src/errors.ts'
import { EventStreamParser, type ServerSentEvent } from '../../../packages/client/src/event-stream.ts'
import { jsonLines } from '../../../packages/client/src/json-lines.ts'
import type { Transport } from '../../../packages/client/src/transport.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, inPieces, piecesOf, repeated, textNear } from '../inputs.ts'
import { promise, same, verdict } from '../promises.ts'

interface InPieces {
  readonly whole: Buffer
  readonly size: number
}
interface Read {
  readonly events: readonly ServerSentEvent[]
  readonly retryMs: number | undefined
}
type EventReader = (pieces: readonly Uint8Array[]) => Read

const readEvents: EventReader = (pieces) => {
  const parser = new EventStreamParser()
  const events = pieces.flatMap((piece) => parser.push(piece))
  return { events, retryMs: parser.retryMs }
}

/** The stream as WHATWG HTML, 9.2.6, has it read, line by line; the end of the stream ends no event. */
function eventsBySpecification(bytes: Buffer): readonly ServerSentEvent[] {
  const text = new TextDecoder().decode(bytes)
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n').slice(0, -1)
  const events: ServerSentEvent[] = []
  let [event, id, data] = ['', '', undefined as string | undefined]
  for (const line of lines) {
    if (line === '') {
      if (data !== undefined) events.push({ event: event || 'message', data, id })
      event = ''
      data = undefined
      continue
    }
    const [, name = line, , value = ''] = /^([^:]*)(: ?(.*))$/s.exec(line) ?? []
    if (name === 'event') event = value
    if (name === 'data') data = data === undefined ? value : `${data}\n${value}`
    if (name === 'id' && !value.includes('\0')) id = value
  }
  return events
}

const bytes = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text))

const events = fuzzTarget<InPieces, EventReader>({
  name: 'the client’s event streams',
  inputs: inPieces(
    bytesNear(
      bytes(
        'retry: 3000\n\nid: 7\nevent: run.finished\ndata: {"id":1}\n\n: still here\n\ndata: a\ndata: b\n\n',
        'data: é\r\n\r\nid:\r\ndata:x\r\n\r\n',
        '\ufeffdata: a\r\rdata\r\r',
        'event: x\n\nid: a\0b\ndata: 1\n\n',
      ),
      bytes('\n', '\r', '\r\n', 'data: ', 'data', 'id: 9\n', 'retry: x\n', 'retry: 99\n', ':', ' '),
    ),
  ),
  parser: readEvents,
  check(read, { size, whole }) {
    const found = read(piecesOf(whole, size))
    const atOnce = read([whole])
    same(found.retryMs, atOnce.retryMs, 'the same wait in whatever pieces')
    promise(found.retryMs === undefined || found.retryMs >= 0, 'a wait is a number')
    const expected = eventsBySpecification(whole)
    // a carriage return at the very end may be half of a line’s end
    for (const { events: seen } of [found, atOnce]) {
      same(seen, whole.at(-1) === 13 ? expected.slice(0, seen.length) : expected, 'the events of the stream')
      promise(seen.length >= expected.length - 1, 'no more than the last one waits')
    }
    return verdict(found.events.length > 0)
  },
  long: () =>
    repeated(['a', ':', 'data: ', '\r', '\n', 'data: x\n']).map((text) => ({
      whole: Buffer.from(text),
      size: 16_384,
    })),
  broken: {
    'decodes each piece by itself': (pieces) =>
      readEvents(pieces.map((piece) => Buffer.from(Buffer.from(piece).toString()))),
    'knows no carriage return': (pieces) =>
      readEvents(
        pieces.map((piece) =>
          Buffer.from(Buffer.from(piece).toString('latin1').replaceAll('\r', ''), 'latin1'),
        ),
      ),
    'tells of an event that was cut off': (pieces) => readEvents([...pieces, Buffer.from('\n\n')]),
  },
})

type LinesReader = (pieces: readonly Uint8Array[]) => Promise<readonly unknown[]>

const readLines: LinesReader = async (pieces) => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
  const transport = { stream: async () => body } as unknown as Transport
  return Array.fromAsync(jsonLines(transport, 'audit.export', {}))
}

const isRecord = (line: string): boolean => {
  const value = parseJson(line)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const lines = fuzzTarget<InPieces, LinesReader>({
  name: 'the client’s lines of JSON',
  inputs: inPieces(
    bytesNear(
      bytes('{"id":1}\n{"id":2,"name":"é\\n"}\n', '{"id":1}\n', '', '{"id":1}\n{"id"'),
      bytes('\n', '{}\n', '[]\n', 'null\n', '\r\n', '"'),
    ),
  ),
  parser: readLines,
  async check(read, { size, whole }) {
    const given = new TextDecoder().decode(whole).split('\n')
    const isWhole = given.at(-1) === '' && given.slice(0, -1).every(isRecord)
    let found: readonly unknown[]
    try {
      found = await read(piecesOf(whole, size))
    } catch (error) {
      promise(isGitferryError(error, 'UNEXPECTED_RESPONSE'), `${error} is no refusal`)
      promise(!isWhole, 'an answer that is whole is read')
      return 'refused'
    }
    promise(isWhole, 'an answer that is not whole is refused')
    same(
      found,
      given.slice(0, -1).map((line) => parseJson(line)),
      'every record',
    )
    return 'accepted'
  },
  long: () =>
    [...repeated(['{}\n']), ...repeated(['a', '['], { after: '' })].map((text) => ({
      whole: Buffer.from(text),
      size: 16_384,
    })),
  broken: {
    'takes half a line': async (pieces) =>
      readLines([...pieces, Buffer.from('\n')]).catch(() => readLines(pieces)),
    'decodes each piece by itself': (pieces) =>
      readLines(pieces.map((piece) => Buffer.from(Buffer.from(piece).toString()))),
    'passes over what is no record': async (pieces) => {
      const text = Buffer.concat(pieces).toString()
      return text
        .split('\n')
        .slice(0, -1)
        .filter(isRecord)
        .map((line) => parseJson(line))
    },
  },
})

type Rebuild = typeof rebuildError
const envelope = JSON.stringify({
  code: 404,
  message: 'id: there is no repository with the id 7.',
  data: null,
  error: { code: 'REPO_NOT_FOUND', details: { field: 'id' } },
  request_id: 'x',
})

const errors = fuzzTarget<string, Rebuild>({
  name: 'the client’s errors',
  inputs: textNear(
    [
      envelope,
      envelope.replace('REPO_NOT_FOUND', 'OF_TOMORROW'),
      '<html>502</html>',
      '{"message":"x"}',
      'null',
    ],
    ['"', '{', '}', '"error":', '"code":', '"__proto__"', 'null', '[]', 'constructor'],
  ),
  parser: rebuildError,
  check(rebuild, body) {
    const found = rebuild(404, body)
    if (found === undefined) {
      const other = unexpectedResponse('GET /x', 404, body)
      promise(
        other.message.length < 500 && !/[\n\r]/.test(other.message),
        'what is foreign is quoted in one line',
      )
      return 'refused'
    }
    promise(isGitferryError(found) && isErrorCode(found.code), 'a code that is known')
    promise(typeof found.message === 'string' && typeof found.details === 'object', 'a message and details')
    promise(
      body.includes(JSON.stringify(found.message).slice(1, 9).split('\\')[0]!),
      'the message of the server',
    )
    return 'accepted'
  },
  long: () => repeated(['[', ' ', 'a', '\n']),
  broken: {
    'takes any code': (status, body) => {
      const { error } = Object(parseJson(body)) as { error?: { code?: string } }
      return Object.assign(rebuildError(status, body) ?? rebuildError(status, envelope)!, {
        code: error?.code,
      })
    },
    'falls over what is no envelope': (status, body) => {
      JSON.parse(body)
      return rebuildError(status, body)
    },
  },
})

export const clientTargets: readonly AnyFuzzTarget[] = [events, lines, errors]
