import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTestClock } from '../../src/testing/test-clock.ts'

describe('a test clock', () => {
  it('stands still until it is moved', async () => {
    const clock = createTestClock('2026-03-04T05:06:07.008Z')
    expect(new Date(clock.now()).toISOString()).toBe('2026-03-04T05:06:07.008Z')
    await clock.advance(1_500)
    expect(new Date(clock.now()).toISOString()).toBe('2026-03-04T05:06:08.508Z')
    await clock.advanceTo('2026-03-05T00:00:00Z')
    expect(clock.now()).toBe(Date.UTC(2026, 2, 5))
    expect(createTestClock(5).now()).toBe(5)
  })

  it('fires due timers in the order of their times, then of their setting, each at its own time', async () => {
    const clock = createTestClock(0)
    const fired: [string, number][] = []
    const note = (name: string) => () => void fired.push([name, clock.now()])
    clock.setTimer(30, note('c'))
    clock.setTimer(10, note('a'))
    clock.setTimer(30, note('d'))
    clock.setTimer(20, note('b'))
    clock.setTimer(31, note('later'))
    expect(clock.pending).toBe(5)
    await clock.advance(30)
    expect(fired).toEqual([
      ['a', 10],
      ['b', 20],
      ['c', 30],
      ['d', 30],
    ])
    expect(clock.pending).toBe(1)
  })

  it('fires what is due now when it is moved by nothing, and never before', async () => {
    const clock = createTestClock()
    let fired = false
    clock.setTimer(0, () => {
      fired = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(fired).toBe(false)
    await clock.advance(0)
    expect(fired).toBe(true)
  })

  it('forgets a cancelled timer; cancelling twice is fine', async () => {
    const clock = createTestClock()
    const cancel = clock.setTimer(1, () => expect.unreachable())
    cancel()
    cancel()
    expect(clock.pending).toBe(0)
    await clock.advance(1)
  })

  it('also fires a timer that another one, or a promise chain after it, sets', async () => {
    const clock = createTestClock(0)
    const at: number[] = []
    async function tick(): Promise<void> {
      at.push(clock.now())
      await new Promise((resolve) => setImmediate(resolve))
      await Promise.resolve()
      clock.setTimer(10, () => void tick())
    }
    clock.setTimer(10, () => void tick())
    await clock.advance(35)
    expect(at).toEqual([10, 20, 30])
    expect(clock.pending).toBe(1)
    await clock.advance(5)
    expect(at).toEqual([10, 20, 30, 40])
  })

  it('waits for what is under way before it looks for due timers', async () => {
    const clock = createTestClock(0)
    let fired = false
    void Promise.resolve().then(() =>
      clock.setTimer(1, () => {
        fired = true
      }),
    )
    await clock.advance(1)
    expect(fired).toBe(true)
  })

  it('does not go back', async () => {
    const clock = createTestClock(1_000)
    await expect(clock.advanceTo(999)).rejects.toThrow(RangeError)
    await expect(clock.advance(-1)).rejects.toThrow(RangeError)
    expect(clock.now()).toBe(1_000)
  })

  it('takes times and timers only as the port allows them', async () => {
    expect(() => createTestClock('tomorrow')).toThrow('not a time: tomorrow')
    const clock = createTestClock()
    await expect(clock.advanceTo('soon')).rejects.toThrow('not a time: soon')
    for (const ms of [-1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY]) {
      expect(() => clock.setTimer(ms, () => {}), String(ms)).toThrow(RangeError)
    }
    clock.setTimer(2 ** 31 - 1, () => {})
    expect(clock.pending).toBe(1)
  })

  it('rejects with what a timer throws, and stands at its time', async () => {
    const clock = createTestClock(0)
    clock.setTimer(5, () => {
      throw new Error('broken')
    })
    await expect(clock.advance(10)).rejects.toThrow('broken')
    expect(clock.now()).toBe(5)
    expect(clock.pending).toBe(0)
  })

  it('ends with an error when a timer sets itself again and again without time passing', async () => {
    const clock = createTestClock()
    const again = (): void => void clock.setTimer(0, again)
    again()
    await expect(clock.advance(0)).rejects.toThrow('one sets itself with 0 ms')
  })

  it('gives the same valid UUIDs every time, none of them twice', () => {
    const clock = createTestClock()
    const ids = Array.from({ length: 300 }, () => clock.newId())
    expect(new Set(ids).size).toBe(300)
    for (const id of ids) expect(z.uuid().safeParse(id).success).toBe(true)
    const other = createTestClock('2030-01-01T00:00:00Z')
    expect(Array.from({ length: 300 }, () => other.newId())).toEqual(ids)
  })
})
