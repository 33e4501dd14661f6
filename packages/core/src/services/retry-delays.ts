/** A target that somebody else moves at the same time is planned anew, this many times in all. */
export const raceTries = 3

const firstDelayMs = 1_000
const longestDelayMs = 30_000

/**
 * How long a run waits before its next try after `failures` failures of the network in a row, in ms: up to 1 s, then
 * fourfold up to 30 s, of which between half and all is waited. `random` answers from 0 to below 1.
 */
export function networkDelay(failures: number, random: () => number): number {
  const whole = Math.min(longestDelayMs, firstDelayMs * 4 ** (failures - 1))
  return Math.round(whole / 2 + (random() * whole) / 2)
}
