import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import {
  decodeStart,
  encodeStart,
  type Frame,
  FrameReader,
  type FrameType,
  frameType,
  writeFrame,
} from '../../../packages/core/src/git/fork-server-frames.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, inPieces, piecesOf } from '../inputs.ts'
import { promise, same, verdict } from '../promises.ts'

function written(...frames: readonly (readonly [FrameType, number, string])[]): Buffer {
  const channel = new PassThrough({ highWaterMark: 1_048_576 })
  for (const [type, id, text] of frames) writeFrame(channel, type, id, Buffer.from(text))
  return (channel.read() as Buffer | null) ?? Buffer.alloc(0)
}

const head = (length: number): Buffer => {
  const bytes = Buffer.alloc(9)
  bytes.writeUInt32LE(length)
  return bytes
}

type Framer = (pieces: readonly Buffer[]) => readonly Frame[]
const read: Framer = (pieces) => {
  const frames: Frame[] = []
  const reader = new FrameReader((frame) => void frames.push({ ...frame, body: Buffer.from(frame.body) }))
  for (const piece of pieces) reader.push(piece)
  return frames
}

const frames = fuzzTarget<{ readonly whole: Buffer; readonly size: number }, Framer>({
  name: 'frames of the fork server',
  inputs: inPieces(
    bytesNear(
      [
        written(
          [frameType.stdout, 1, 'some output'],
          [frameType.exit, 1, '{"code":0}'],
          [frameType.closed, 1, ''],
        ),
        written([frameType.ready, 0, ''], [frameType.stdout, 4_294_967_295, 'x'.repeat(100)]),
      ],
      [head(0), head(3), head(4_294_967_295)],
    ),
  ),
  parser: read,
  check(parse, { whole, size }) {
    const found = parse(piecesOf(whole, size))
    same(found, parse([whole]), 'the same frames in whatever pieces')
    let at = 0
    for (const { body, id, type } of found) {
      same(
        [whole.readUInt32LE(at), whole[at + 4], whole.readUInt32LE(at + 5)],
        [body.length, type, id],
        'a frame as it was written',
      )
      promise(whole.subarray(at + 9, at + 9 + body.length).equals(body), 'a body, byte for byte')
      at += 9 + body.length
    }
    promise(whole.length - at < 9 || whole.readUInt32LE(at) > whole.length - at - 9, 'every whole frame')
    return verdict(found.length > 0)
  },
  long: () => [{ whole: written([frameType.stdout, 1, 'x'.repeat(200_000)]), size: 512 }],
  broken: {
    'forgets what a piece cuts': (pieces) => pieces.flatMap((piece) => read([piece])),
    'takes a length for one of 16 bits': (pieces) =>
      read(pieces).map((frame) => ({ ...frame, body: frame.body.subarray(0, 64) })),
    'leaves out empty frames': (pieces) => read(pieces).filter(({ body }) => body.length > 0),
  },
})

type Start = Parameters<typeof encodeStart>[0]
type RoundTrip = (start: Start) => Start
const through: RoundTrip = (start) => decodeStart(encodeStart(start))

const starts = fuzzTarget<Start, RoundTrip>({
  name: 'what the fork server is asked to start',
  inputs: fc
    .record({
      file: fc.string({ unit: 'binary' }),
      args: fc.array(fc.string({ unit: 'grapheme' })),
      env: fc.dictionary(fc.constantFrom('A', 'B', 'GIT_DIR'), fc.string(), { noNullPrototype: true }),
      stdin: fc.oneof(
        fc.constant(undefined),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
    })
    .map(({ stdin, ...rest }) => ({ ...rest, ...(stdin && { stdin }) }) as unknown as Start),
  parser: through,
  check(roundTrip, start) {
    const plain = (value: Start) => ({
      ...value,
      stdin: value.stdin === undefined ? null : Buffer.from(value.stdin),
    })
    same(plain(roundTrip(start)), plain(start), 'what is asked for arrives')
    return verdict(start.stdin !== undefined)
  },
  broken: {
    'takes stdin for text': (start) => {
      const { stdin, ...rest } = through(start)
      return stdin === undefined ? rest : { ...rest, stdin: Buffer.from(stdin.toString()) }
    },
    'takes no stdin for an empty one': (start) => ({
      ...through(start),
      stdin: through(start).stdin ?? Buffer.alloc(0),
    }),
  },
})

export const forkServerTargets: readonly AnyFuzzTarget[] = [frames, starts]
