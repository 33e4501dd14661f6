import { describe, expect, it } from 'vitest'
import { decideMisfire, misfireGraceMs } from '../../src/schedule/misfire.ts'
import { parseSchedule } from '../../src/schedule/parse-schedule.ts'

const at = (text: string) => Date.parse(`2026-01-01T${text}Z`)
const everyTenMinutes = parseSchedule('*/10 * * * *', 'UTC')

describe('a due task', () => {
  it.each([
    ['on time', 'run_once', '10:00:00.004', true],
    ['on time', 'skip', '10:00:00.004', true],
    ['after half an hour', 'skip', '10:30:00.000', true],
    ['after the whole grace', 'skip', '11:00:00.000', true],
    ['after more than the grace', 'skip', '11:00:00.001', false],
    ['after hours', 'skip', '15:03:00.000', false],
    ['after hours', 'run_once', '15:03:00.000', true],
  ] as const)(
    '%s, %s: at %s it fires: %s; and then at the first tick after that',
    (_when, policy, clock, fire) => {
      const now = at(clock)
      const decision = decideMisfire({ scheduled: at('10:00:00'), now, schedule: everyTenMinutes, policy })
      expect(decision).toEqual({ fire, next: everyTenMinutes.next(now) })
      expect(decision.next).toBeGreaterThan(now)
      expect(decision.next - now).toBeLessThanOrEqual(600_000)
    },
  )

  it.each(['run_once', 'skip'] as const)('%s: a day of missed ticks is at most one run', (policy) => {
    const now = at('23:59:30')
    let runs = 0
    let scheduled = at('00:00:00')
    while (scheduled <= now) {
      const { fire, next } = decideMisfire({ scheduled, now, schedule: everyTenMinutes, policy })
      if (fire) runs += 1
      scheduled = next
    }
    expect(runs).toBe(policy === 'run_once' ? 1 : 0)
  })

  it('an interval keeps its grid over a gap', () => {
    const schedule = parseSchedule('@every 7m', 'UTC')
    const { next } = decideMisfire({
      scheduled: at('10:00:00'),
      now: at('10:30:00'),
      schedule,
      policy: 'run_once',
    })
    expect(next).toBe(at('10:35:00'))
  })

  it('that is not due yet keeps its time', () => {
    const decision = decideMisfire({
      scheduled: at('10:00:00'),
      now: at('09:59:59'),
      schedule: everyTenMinutes,
      policy: 'run_once',
    })
    expect(decision).toEqual({ fire: false, next: at('10:00:00') })
  })

  it('has a grace of one hour', () => {
    expect(misfireGraceMs).toBe(3_600_000)
  })
})
