import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { BodyAllowance } from '../src/body/body-allowance.ts'
import { readBytes } from '../src/body/read-bytes.ts'

const limitBytes = 1_000

/** A request whose body comes when the test says so. */
function slowRequest() {
  let writer!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      writer = controller
    },
  })
  const request = new Request('http://localhost/', { method: 'POST', body, duplex: 'half' } as RequestInit)
  return {
    request,
    send: (bytes: Uint8Array) => writer.enqueue(bytes),
    end: () => writer.close(),
    fail: () => writer.error(new Error('cut off')),
  }
}

/** Lets everything that was sent be read. */
const settle = () => setImmediate()

describe('the bodies that come in at the same time', () => {
  it('take no more than is allowed together, and give all of it back', async () => {
    const allowance = new BodyAllowance({ limitBytes: 5_000 })
    const slow = Array.from({ length: 60 }, slowRequest)
    const reads = slow.map(({ request }) => readBytes(request, limitBytes, allowance))
    const outcomes = Promise.allSettled(reads)
    for (let sent = 0; sent < limitBytes; sent += 100) {
      for (const { send } of slow) send(new Uint8Array(100).fill(sent / 100))
      await settle()
      expect(allowance.takenBytes).toBeLessThanOrEqual(5_000)
    }
    for (const { end } of slow) end()
    const ended = await outcomes
    const taken = ended.filter(({ status }) => status === 'fulfilled')
    expect(taken).not.toHaveLength(0)
    const whole = Uint8Array.from({ length: limitBytes }, (_, index) => index / 100)
    for (const outcome of ended) {
      if (outcome.status === 'fulfilled') expect(outcome.value).toEqual(whole)
      else
        expect(outcome.reason).toMatchObject({
          code: 'RATE_LIMITED',
          status: 429,
          details: { retry_after_seconds: 30 },
        })
    }
    expect(allowance.takenBytes).toBe(0)
  })

  it('take at most twice what has come, however small the pieces and whatever was declared', async () => {
    const allowance = new BodyAllowance({ limitBytes: 5_000 })
    const { request, send, end } = slowRequest()
    request.headers.set('Content-Length', String(limitBytes))
    const reading = readBytes(request, limitBytes, allowance)
    for (let sent = 1; sent <= limitBytes; sent += 1) {
      send(new Uint8Array([sent]))
      await settle()
      expect(allowance.takenBytes).toBeGreaterThanOrEqual(sent)
      expect(allowance.takenBytes).toBeLessThanOrEqual(Math.min(2 * sent, limitBytes))
    }
    end()
    expect(await reading).toEqual(Uint8Array.from({ length: limitBytes }, (_, index) => index + 1))
  })

  it('give back what they took also when they are too large or cut off', async () => {
    const allowance = new BodyAllowance({ limitBytes: 5_000 })
    const [tooLarge, cutOff] = [slowRequest(), slowRequest()]
    const refused = expect(readBytes(tooLarge.request, limitBytes, allowance)).rejects
    const given = expect(readBytes(cutOff.request, limitBytes, allowance)).rejects
    for (const { send } of [tooLarge, cutOff]) send(new Uint8Array(limitBytes))
    await settle()
    expect(allowance.takenBytes).toBe(2 * limitBytes)
    tooLarge.send(new Uint8Array(1))
    cutOff.fail()
    await refused.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    await given.toMatchObject({ code: 'ABORTED' })
    expect(allowance.takenBytes).toBe(0)
  })
})
