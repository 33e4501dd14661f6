import type { Schedule } from './schedule.ts'

/** How late a tick may be and still run under the policy `skip`, in ms: one hour. */
export const misfireGraceMs = 3_600_000

/** A task whose stored fire time has come. Times in ms since 1970. */
export interface DueTask {
  readonly scheduled: number
  readonly now: number
  readonly schedule: Schedule
  /** `run_once`: one run catches up on all missed ticks. `skip`: a tick missed by more than an hour is let go. */
  readonly policy: 'run_once' | 'skip'
}

/**
 * Whether a due task runs now, and when next: the first tick after `now`, so that ticks missed while nothing was
 * scheduling are never made up for one by one. A task that is not due yet keeps its time.
 */
export function decideMisfire({ scheduled, now, schedule, policy }: DueTask): {
  fire: boolean
  next: number
} {
  if (scheduled > now) return { fire: false, next: scheduled }
  const fire = policy === 'run_once' || now - scheduled <= misfireGraceMs
  return { fire, next: schedule.next(now, scheduled) }
}
