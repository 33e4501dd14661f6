/** One event of a stream (WHATWG HTML, server-sent events). */
export interface ServerSentEvent {
  /** `message` when the stream does not say. */
  readonly event: string
  readonly data: string
  /** The last id that the stream has given, here or before; `''` for none. */
  readonly id: string
}

/** Reads an event stream, in whatever pieces it comes. An event that the stream's end cuts off is dropped. */
export class EventStreamParser {
  readonly #decoder = new TextDecoder()
  #rest = ''
  #event = ''
  #data: string[] = []
  #id: string
  #retryMs: number | undefined

  /** A stream that goes on where another one broke off keeps its last id, until it gives one itself. */
  constructor({ lastEventId = '' }: { readonly lastEventId?: string } = {}) {
    this.#id = lastEventId
  }

  /** How long the stream wants a reader who was cut off to wait; `undefined` while it has not said. */
  get retryMs(): number | undefined {
    return this.#retryMs
  }

  /** The events that are whole with this piece. */
  push(piece: Uint8Array): ServerSentEvent[] {
    const lines = (this.#rest + this.#decoder.decode(piece, { stream: true })).split(/\r\n|\n|\r(?!$)/)
    // a line that is not ended yet, or ends in half of a \r\n
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.#take(line) ?? [])
  }

  #take(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#end()
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#event = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.#retryMs = Number(value)
    return undefined
  }

  #end(): ServerSentEvent | undefined {
    const event = this.#event || 'message'
    const data = this.#data
    this.#event = ''
    this.#data = []
    return data.length === 0 ? undefined : { event, data: data.join('\n'), id: this.#id }
  }
}
