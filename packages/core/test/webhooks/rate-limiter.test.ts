import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { RateLimiter } from '../../src/webhooks/rate-limiter.ts'

let clock: TestClock
let limiter: RateLimiter

beforeEach(() => {
  clock = createTestClock()
  limiter = new RateLimiter({ perMinute: 3, clock, maxCallers: 4 })
})

const takeThree = (caller: string) => [1, 2, 3].map(() => limiter.take(caller))

describe('a caller', () => {
  it('gets as many requests a minute as the limit says, and is told when the next one may come', async () => {
    expect(takeThree('a')).toEqual([0, 0, 0])
    expect(limiter.take('a')).toBe(60_000)
    await clock.advance(59_999)
    expect(limiter.take('a')).toBe(1)
    await clock.advance(1)
    expect(takeThree('a')).toEqual([0, 0, 0])
    expect(limiter.take('a')).toBe(60_000)
  })

  it('that keeps asking is not put off by its own refusals', async () => {
    takeThree('a')
    for (let second = 1; second < 60; second += 1) {
      await clock.advance(1_000)
      expect(limiter.take('a')).toBe(60_000 - second * 1_000)
    }
    await clock.advance(1_000)
    expect(limiter.take('a')).toBe(0)
  })

  it('may come again as its requests grow old, one by one', async () => {
    limiter.take('a')
    await clock.advance(20_000)
    limiter.take('a')
    await clock.advance(20_000)
    limiter.take('a')
    expect(limiter.take('a')).toBe(20_000)
    await clock.advance(20_000)
    expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 20_000])
  })

  it('waits for the last of the requests that came close together', async () => {
    limiter.take('a')
    await clock.advance(900)
    limiter.take('a')
    limiter.take('a')
    await clock.advance(59_999)
    expect(limiter.take('a')).toBe(1)
  })

  it('takes nothing from another', () => {
    takeThree('a')
    expect(takeThree('b')).toEqual([0, 0, 0])
    expect(limiter.take('a')).toBe(60_000)
  })

  it('never gets more than the limit in any minute, and never waits longer than one', async () => {
    const gap = fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 30_000 }))
    const gaps = fc.array(gap, { minLength: 10, maxLength: 80 })
    await fc.assert(
      fc.asyncProperty(gaps, fc.integer({ min: 1, max: 8 }), async (gaps, perMinute) => {
        let now = 0
        const limiter = new RateLimiter({ perMinute, clock: { now: () => now } })
        const taken: number[] = []
        for (const gap of gaps) {
          now += gap
          const waitMs = limiter.take('a')
          expect(waitMs).toBeLessThanOrEqual(60_000)
          if (waitMs > 0) continue
          taken.push(now)
          expect(taken.filter((time) => time > now - 60_000).length).toBeLessThanOrEqual(perMinute)
        }
        expect(taken.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('the memory of callers', () => {
  it('holds at most as many as it may; the one not let in for longest is forgotten', () => {
    for (const caller of ['a', 'b', 'c', 'd']) takeThree(caller)
    limiter.take('e')
    expect(limiter.size).toBe(4)
    expect(limiter.take('b')).toBe(60_000)
    expect(limiter.take('a')).toBe(0)
    expect(limiter.size).toBe(4)
  })

  it('keeps the one that came again, and forgets another', () => {
    for (const caller of ['a', 'b', 'c', 'd', 'a']) limiter.take(caller)
    limiter.take('e')
    limiter.take('a')
    expect(limiter.take('a')).toBe(60_000)
    expect(limiter.size).toBe(4)
  })

  it('lets go of callers that were silent for a minute', async () => {
    for (const caller of ['a', 'b', 'c']) limiter.take(caller)
    await clock.advance(60_000)
    limiter.take('d')
    expect(limiter.size).toBe(1)
  })
})
