import { describe, expect, it } from 'vitest'
import type { GitStreamer } from '../../src/git/command.ts'
import { LimitedStreamer } from '../../src/runtime/limited-streamer.ts'

/** Streams that end when they are told to. */
function streams() {
  const begun: PromiseWithResolvers<{ exitCode: number; stderr: string }>[] = []
  const streamer: GitStreamer = {
    stream() {
      const one = Promise.withResolvers<{ exitCode: number; stderr: string }>()
      begun.push(one)
      return one.promise
    },
  }
  return { begun, streamer, end: (index: number) => begun[index]!.resolve({ exitCode: 0, stderr: '' }) }
}

const ends = { output: () => {} }
const turns = () => new Promise((resolve) => setImmediate(resolve))

describe('LimitedStreamer', () => {
  it('serves so many at the same time, each caller half of them, and the others in turn', async () => {
    const { begun, streamer, end } = streams()
    const limited = new LimitedStreamer({ streamer, atOnce: 4, mayWait: 10 })
    const ask = (caller: string) => limited.of(caller).stream({ args: [caller] }, ends)
    const all = ['a', 'a', 'a', 'b', 'b', 'c'].map(ask)
    await turns()
    expect(begun).toHaveLength(4)
    for (let index = 0; index < all.length; index += 1) {
      end(index)
      await turns()
    }
    await Promise.all(all)
    expect(begun).toHaveLength(6)
  })

  it('refuses when too many wait, and lets go of who gives up', async () => {
    const { begun, streamer, end } = streams()
    const limited = new LimitedStreamer({ streamer, atOnce: 1, mayWait: 1 })
    const first = limited.of('a').stream({ args: ['x'] }, ends)
    const given = new AbortController()
    const second = limited.of('b').stream({ args: ['x'] }, ends, { signal: given.signal })
    await expect(limited.of('c').stream({ args: ['x'] }, ends)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
    given.abort()
    await expect(second).rejects.toMatchObject({ code: 'ABORTED' })
    end(0)
    await first
    expect(begun).toHaveLength(1)
  })

  it('closes once those who are served are done, and takes nobody more', async () => {
    const { streamer, end } = streams()
    const limited = new LimitedStreamer({ streamer, atOnce: 1, mayWait: 1 })
    const first = limited.of('a').stream({ args: ['x'] }, ends)
    let isClosed = false
    const closing = limited.close().then(() => {
      isClosed = true
    })
    await expect(limited.of('a').stream({ args: ['x'] }, ends)).rejects.toMatchObject({ code: 'CLOSED' })
    await turns()
    expect(isClosed).toBe(false)
    end(0)
    await Promise.all([first, closing])
  })
})
