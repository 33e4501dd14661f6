import { PassThrough, Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeStart,
  encodeStart,
  type Frame,
  FrameReader,
  frameType,
  writeFrame,
} from '../../src/git/fork-server-frames.ts'

describe('frames', () => {
  it('come out as they went in, however the channel cuts them', () => {
    const frame = fc.record({
      type: fc.constantFrom(...Object.values(frameType)),
      id: fc.integer({ min: 0, max: 0xffffffff }),
      body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    })
    fc.assert(
      fc.property(
        fc.array(frame),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (sent, cuts) => {
          const channel = new PassThrough({ highWaterMark: 2 ** 24 })
          for (const { type, id, body } of sent) writeFrame(channel, type, id, body)
          const bytes: Buffer = channel.read() ?? Buffer.alloc(0)
          const received: Frame[] = []
          const reader = new FrameReader((received_) => received.push(received_))
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = cuts[turn % cuts.length]!
            reader.push(bytes.subarray(at, at + size))
            at += size
          }
          expect(received).toEqual(sent)
        },
      ),
    )
  })

  it('say when the channel is full', () => {
    const channel = new Writable({ highWaterMark: 100, write() {} })
    expect(writeFrame(channel, frameType.stdout, 1, Buffer.alloc(50))).toBe(true)
    expect(writeFrame(channel, frameType.stdout, 1, Buffer.alloc(50))).toBe(false)
  })

  it.each([
    ['no stdin', undefined, undefined],
    ['empty stdin', '', Buffer.alloc(0)],
    ['text as UTF-8', 'zürich 北京', Buffer.from('zürich 北京')],
    ['bytes as they are', Uint8Array.of(0, 255, 10), Buffer.of(0, 255, 10)],
  ])('carry a start with %s', (_, stdin, arrived) => {
    const request = { binary: '/a b/git', args: ['', "'", 'ü"\\'], cwd: '/', env: { A: '', B: '=\u2028' } }
    const decoded = decodeStart(encodeStart({ ...request, stdin }))
    expect(decoded).toEqual(arrived === undefined ? request : { ...request, stdin: arrived })
    expect('stdin' in decoded).toBe(arrived !== undefined)
  })
})
