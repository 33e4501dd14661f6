import type { Schedule } from './schedule.ts'

/** The `count` fire times after `after`, in ms since 1970; `anchor` as in {@link Schedule.next}. */
export function nextRuns(schedule: Schedule, after: number, count: number, anchor = after): number[] {
  const runs: number[] = []
  let last = after
  while (runs.length < count) {
    last = schedule.next(last, anchor)
    runs.push(last)
  }
  return runs
}
