import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Grace } from '../../src/runtime/grace.ts'

beforeEach(() => void vi.useFakeTimers())

afterEach(() => void vi.useRealTimers())

const never = new Promise<void>(() => {})

describe('the grace of a stop', () => {
  it('is over when its time is', async () => {
    const grace = new Grace(1_000)
    const waited = grace.wait(never)
    vi.advanceTimersByTime(999)
    expect(grace.signal.aborted).toBe(false)
    expect(grace.leftMs).toBe(1)
    vi.advanceTimersByTime(1)
    expect(grace.signal.aborted).toBe(true)
    await waited
    await grace.wait(never)
  })

  it('is over at once when there is none', () => {
    expect(new Grace(0).signal.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('can be shortened and not lengthened, for everything that waits for it', async () => {
    const grace = new Grace(60_000)
    const given: number[] = []
    const waited = grace.wait(never)
    const stopped = grace.stop(async ({ timeoutMs }) => {
      given.push(timeoutMs)
      if (given.length === 1) await waited
    })
    grace.shorten(90_000)
    grace.shorten(500)
    grace.shorten(30_000)
    expect(given).toEqual([60_000, 500])
    vi.advanceTimersByTime(500)
    await stopped
    expect(grace.signal.aborted).toBe(true)
  })

  it('tells no part of less time once that part has stopped', async () => {
    const grace = new Grace(60_000)
    const stop = vi.fn(async () => {})
    await grace.stop(stop)
    grace.shorten(0)
    expect(stop).toHaveBeenCalledTimes(1)
  })

  it('may last longer than any timer', () => {
    new Grace(Number.POSITIVE_INFINITY)
    const grace = new Grace(2 ** 40)
    vi.advanceTimersByTime(10)
    expect(grace.signal.aborted).toBe(false)
    grace.close()
  })

  it('leaves no timer behind, also when a stop comes after it was closed', () => {
    const grace = new Grace(60_000)
    grace.close()
    grace.shorten(10_000)
    expect(vi.getTimerCount()).toBe(0)
  })
})
