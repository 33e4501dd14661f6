import { describe, expect, it } from 'vitest'
import { backoffDelay, nextAfterFailure } from '../../src/schedule/backoff.ts'
import { parseSchedule } from '../../src/schedule/parse-schedule.ts'

const lowest = () => 0
const highest = () => 1 - Number.EPSILON

describe('the backoff', () => {
  it.each([
    [0, 0, 0],
    [1, 15_000, 30_000],
    [2, 30_000, 60_000],
    [3, 60_000, 120_000],
    [7, 960_000, 1_920_000],
    [8, 1_800_000, 3_600_000],
    [9, 1_800_000, 3_600_000],
    [5_000, 1_800_000, 3_600_000],
  ])('after %i failures lies between %i and %i ms', (failures, least, most) => {
    expect(backoffDelay(failures, lowest)).toBe(least)
    expect(backoffDelay(failures, highest)).toBe(most)
    expect(backoffDelay(failures, () => 0.5)).toBe((least + most) / 2)
  })

  it('the next run is the first tick after now and the backoff', () => {
    const schedule = parseSchedule('*/5 * * * *', 'UTC')
    const now = Date.parse('2026-01-01T10:00:01Z')
    expect(nextAfterFailure(schedule, now, 1, highest)).toBe(Date.parse('2026-01-01T10:05:00Z'))
    expect(nextAfterFailure(schedule, now, 8, lowest)).toBe(Date.parse('2026-01-01T10:35:00Z'))
    expect(nextAfterFailure(schedule, now, 8, highest)).toBe(Date.parse('2026-01-01T11:05:00Z'))
  })

  it('an interval keeps its grid', () => {
    const schedule = parseSchedule('@every 1m', 'UTC')
    const anchor = Date.parse('2026-01-01T10:00:00Z')
    expect(nextAfterFailure(schedule, anchor + 1_000, 2, lowest, anchor)).toBe(anchor + 60_000)
    expect(nextAfterFailure(schedule, anchor + 1_000, 3, lowest, anchor)).toBe(anchor + 120_000)
  })
})
