import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventStreamParser, type ServerSentEvent } from '../src/event-stream.ts'

const encoder = new TextEncoder()

function parse(...pieces: (string | Uint8Array)[]): ServerSentEvent[] {
  const parser = new EventStreamParser()
  return pieces.flatMap((piece) => parser.push(typeof piece === 'string' ? encoder.encode(piece) : piece))
}

const event = (data: string, rest: Partial<ServerSentEvent> = {}): ServerSentEvent => ({
  event: 'message',
  id: '',
  data,
  ...rest,
})

// the examples of the standard (WHATWG HTML, 9.2.6), and what it says about each field
describe('an event stream', () => {
  it.each<[what: string, text: string, events: ServerSentEvent[]]>([
    ['data alone', 'data: a\n\n', [event('a')]],
    ['several lines of data', 'data: YHOO\ndata: +2\ndata: 10\n\n', [event('YHOO\n+2\n10')]],
    ['a comment', ': test stream\n\ndata: a\n\n', [event('a')]],
    ['an id that stays', 'data: a\nid: 1\n\ndata: b\n\n', [event('a', { id: '1' }), event('b', { id: '1' })]],
    ['an id that is taken back', 'data: a\nid: 1\n\ndata: b\nid\n\n', [event('a', { id: '1' }), event('b')]],
    ['an id with a NUL', 'data: a\nid: 1\0\n\n', [event('a')]],
    ['an id without data', 'id: 4\n\ndata: a\n\n', [event('a', { id: '4' })]],
    ['one space after the colon', 'data:a\n\ndata:  a\n\n', [event('a'), event(' a')]],
    ['data that is empty', 'data\n\ndata\ndata\n\n', [event(''), event('\n')]],
    ['a name', 'event: log\ndata: a\n\ndata: b\n\n', [event('a', { event: 'log' }), event('b')]],
    ['a name without data', 'event: log\n\ndata: b\n\n', [event('b')]],
    ['an unknown field', 'datas: a\nother\ndata: b\n\n', [event('b')]],
    ['an event that is cut off', 'data: a\n\ndata: b\n', [event('a')]],
    ['a byte order mark', '\ufeffdata: a\n\n', [event('a')]],
    ['a line end of \\r\\n', 'data: a\r\n\r\ndata: b\r\n\r\n', [event('a'), event('b')]],
    ['a line end of \\r', 'data: a\r\rdata: b\r\rx', [event('a'), event('b')]],
    ['a colon in data', 'data: a: b\n\n', [event('a: b')]],
  ])('with %s', (_, text, events) => {
    expect(parse(text)).toEqual(events)
  })

  it('says when to come back, in digits', () => {
    const parser = new EventStreamParser()
    expect(parser.retryMs).toBeUndefined()
    parser.push(encoder.encode('retry: 3000\n\nretry: soon\nretry: -1\n'))
    expect(parser.retryMs).toBe(3_000)
  })

  it('reads the same in whatever pieces it comes', () => {
    const word = fc.constantFrom('data: größer 😀', 'data', 'id: 7', 'event: log', ': x', '', '', 'retry: 1')
    const end = fc.constantFrom('\n', '\r\n', '\r')
    const text = fc.array(
      fc.tuple(word, end).map((parts) => parts.join('')),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 20 }), (lines, cuts) => {
        const bytes = encoder.encode(`${lines.join('')}.`)
        const at = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length].sort((a, b) => a - b)
        const pieces = at.map((from, index) => bytes.subarray(from, at[index + 1]))
        expect(parse(...pieces)).toEqual(parse(bytes))
      }),
      { numRuns: 500 },
    )
  })
})
