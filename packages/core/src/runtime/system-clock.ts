import { randomUUID } from 'node:crypto'
import type { Clock } from '../ports/index.ts'

/** The machine's own clock. Its timers keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(ms, fn) {
    const timer = setTimeout(fn, ms)
    return () => clearTimeout(timer)
  },
  newId: () => randomUUID(),
}
