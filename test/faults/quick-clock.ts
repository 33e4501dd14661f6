import { randomUUID } from 'node:crypto'
import type { Clock } from '@gitferry/core/ports'

/**
 * A clock that goes `times` as fast: what waits between two tries waits no longer than a test can. Deadlines of single
 * gits are real time whatever the clock says, those of whole runs are not.
 */
export function quickClock(times: number): Clock {
  const begun = Date.now()
  return {
    now: () => Math.round(begun + (Date.now() - begun) * times),
    setTimer(ms, fn) {
      const timer = setTimeout(fn, ms / times)
      return () => clearTimeout(timer)
    },
    newId: randomUUID,
  }
}
