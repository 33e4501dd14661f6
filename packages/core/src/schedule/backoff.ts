const firstDelayMs = 30_000
const longestDelayMs = 3_600_000

/**
 * How long a task waits after `failures` failures in a row, in ms: 30 s after the first, doubling up to one hour, of
 * which between half and all is waited, so that tasks that failed together do not come back together. 0 without a
 * failure. `random` answers from 0 to below 1, as `Math.random` does.
 */
export function backoffDelay(failures: number, random: () => number): number {
  if (failures < 1) return 0
  const whole = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1))
  return Math.round(whole / 2 + (random() * whole) / 2)
}
