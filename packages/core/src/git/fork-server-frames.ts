import type { Writable } from 'node:stream'
import type { StartRequest } from './process-starter.ts'

/**
 * What goes over the channel between a gitferry and its fork server. Own framing, and not Node's IPC: it is no
 * slower, and `write` says when the other side is behind.
 */
export const frameType = {
  // to the server
  configure: 1,
  start: 2,
  /** The group has ended and nothing more is wanted of it. */
  release: 3,
  // from the server
  ready: 4,
  started: 5,
  /** The system did not start it. */
  refused: 6,
  /** For the log of the application. */
  warning: 7,
  stdout: 8,
  stderr: 9,
  exit: 10,
  closed: 11,
} as const

export type FrameType = (typeof frameType)[keyof typeof frameType]

export interface Frame {
  readonly type: number
  /** Which command it is about; 0 for none. */
  readonly id: number
  readonly body: Buffer
}

/** Body length, type, id. */
const headerBytes = 9
const nothing = Buffer.alloc(0)

/** @returns what `write` of the channel answered: whether it wants more */
export function writeFrame(channel: Writable, type: FrameType, id: number, body: Buffer = nothing): boolean {
  const header = Buffer.allocUnsafe(headerBytes)
  header.writeUInt32LE(body.length, 0)
  header.writeUInt8(type, 4)
  header.writeUInt32LE(id, 5)
  if (body.length === 0) return channel.write(header)
  channel.cork()
  channel.write(header)
  const wantsMore = channel.write(body)
  channel.uncork()
  return wantsMore
}

export const jsonBody = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

/** Puts frames together again from the chunks in which they arrive. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void
  #chunks: Buffer[] = []
  #bytes = 0
  #wanted = headerBytes

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    // joined only when a frame is whole, so that a long one is not copied at each of its chunks
    if (this.#bytes < this.#wanted) return
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    this.#wanted = headerBytes
    while (rest.length >= headerBytes) {
      const end = headerBytes + rest.readUInt32LE(0)
      if (rest.length < end) {
        this.#wanted = end
        break
      }
      this.#onFrame({
        type: rest.readUInt8(4),
        id: rest.readUInt32LE(5),
        body: rest.subarray(headerBytes, end),
      })
      rest = rest.subarray(end)
    }
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#bytes = rest.length
  }
}

/** The length of the JSON, the JSON, and stdin as it is. */
export function encodeStart({ stdin, ...rest }: StartRequest): Buffer {
  const json = jsonBody({ ...rest, hasStdin: stdin !== undefined })
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32LE(json.length)
  return Buffer.concat([length, json, typeof stdin === 'string' ? Buffer.from(stdin) : (stdin ?? nothing)])
}

export function decodeStart(body: Buffer): StartRequest {
  const end = 4 + body.readUInt32LE(0)
  const { hasStdin, ...request } = JSON.parse(body.toString('utf8', 4, end)) as StartRequest & {
    readonly hasStdin: boolean
  }
  return hasStdin ? { ...request, stdin: body.subarray(end) } : request
}
