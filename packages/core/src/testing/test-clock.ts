import type { Clock } from '../ports/clock.ts'

const longestTimerMs = 2 ** 31 - 1
const settleTurns = 3
const mostTimersAtOneTime = 1_000

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Timers that are set and have neither fired nor been cancelled. */
  readonly pending: number
  /** Moves the time on by `ms` (0: fires what is due now), as `advanceTo` does. */
  advance(ms: number): Promise<void>
  /**
   * Moves the time on to `time` (ms since 1970, or anything that `Date.parse` reads) and fires the timers that
   * become due, each at its own time and in the order of their times, then of their setting; also those that are
   * set meanwhile. Before, between and after them promise chains get the turns to settle; a chain that waits for a
   * child process or a socket is not waited for. Rejects with what a timer throws; the time then stands at that
   * timer's. One call at a time.
   */
  advanceTo(time: string | number): Promise<void>
}

interface Timer {
  readonly at: number
  readonly fn: () => void
}

/**
 * Makes a clock that starts at `start` (default 2026-01-01T00:00:00Z) and gives the same UUIDs in the same order
 * every time: `00000000-0000-4000-8000-000000000001` and so on.
 */
export function createTestClock(start: string | number = '2026-01-01T00:00:00.000Z'): TestClock {
  const timers = new Set<Timer>()
  let now = toTime(start)
  let ids = 0

  function earliest(): Timer | undefined {
    let found: Timer | undefined
    // a set keeps the order of insertion, so of equal times the first one set is found
    for (const timer of timers) if (found === undefined || timer.at < found.at) found = timer
    return found
  }

  async function advanceTo(time: string | number): Promise<void> {
    const end = toTime(time)
    if (end < now) throw new RangeError(`the clock stands at ${iso(now)} and cannot go back to ${iso(end)}`)
    let firedAtThisTime = 0
    await settle()
    for (let timer = earliest(); timer !== undefined && timer.at <= end; timer = earliest()) {
      firedAtThisTime = timer.at > now ? 0 : firedAtThisTime + 1
      if (firedAtThisTime > mostTimersAtOneTime) {
        throw new Error(
          `more than ${mostTimersAtOneTime} timers fired at ${iso(now)}: one sets itself with 0 ms`,
        )
      }
      now = timer.at
      timers.delete(timer)
      timer.fn()
      await settle()
    }
    now = end
  }

  return {
    now: () => now,
    setTimer(ms, fn) {
      if (!(ms >= 0 && ms <= longestTimerMs))
        throw new RangeError(`a timer takes 0 to 2^31 - 1 ms, not ${ms}`)
      const timer = { at: now + ms, fn }
      timers.add(timer)
      return () => {
        timers.delete(timer)
      }
    },
    newId() {
      ids += 1
      return `00000000-0000-4000-8000-${ids.toString(16).padStart(12, '0')}`
    },
    get pending() {
      return timers.size
    },
    advance: (ms) => advanceTo(now + ms),
    advanceTo,
  }
}

function toTime(time: string | number): number {
  const ms = typeof time === 'number' ? time : Date.parse(time)
  if (Number.isNaN(new Date(ms).getTime())) throw new RangeError(`not a time: ${time}`)
  return ms
}

const iso = (ms: number) => new Date(ms).toISOString()

async function settle(): Promise<void> {
  for (let turn = 0; turn < settleTurns; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}
