import { describe, expect, it } from 'vitest'
import { nextRuns } from '../../src/schedule/next-runs.ts'
import { parseSchedule } from '../../src/schedule/parse-schedule.ts'
import { type GitferryError, isGitferryError } from '../../src/wire/gitferry-error.ts'

const at = (text: string) => Date.parse(text)
// a Thursday
const start = at('2026-01-01T00:00:00Z')

function refusal(expression: string, timezone = 'UTC'): GitferryError {
  try {
    parseSchedule(expression, timezone)
  } catch (error) {
    if (isGitferryError(error, 'SCHEDULE_INVALID')) return error
    throw error
  }
  throw new Error(`"${expression}" was accepted`)
}

function days(expression: string, count: number): string[] {
  return nextRuns(parseSchedule(expression, 'UTC'), start, count).map((ms) =>
    new Date(ms).toISOString().slice(5, 10),
  )
}

describe('the differences between robfig and cron-parser', () => {
  it.each([
    [
      1,
      'every day of month with a star and a weekday: the weekday',
      '0 0 */1 * 1',
      ['01-05', '01-12', '01-19'],
    ],
    [1, 'a star in a list is a star', '0 0 31,* * 1', ['01-05', '01-12', '01-19']],
    [1, 'every weekday with a star and a day of month: the day', '0 0 1 * */1', ['02-01', '03-01', '04-01']],
    [2, 'N/step ends on Saturday', '0 0 * * 3/2', ['01-02', '01-07', '01-09', '01-14']],
    [3, '7 is Sunday', '0 0 * * 7', ['01-04', '01-11']],
    [3, '5-7 is Friday to Sunday', '0 0 * * 5-7', ['01-02', '01-03', '01-04', '01-09']],
    [3, '1-7 is every weekday, without a star', '0 0 1 * 1-7', ['01-02', '01-03']],
    [3, '7L is the last Sunday', '0 0 * * 7L', ['01-25', '02-22']],
    [4, 'repetition in a list', '0 0 10,5,5-6 * *', ['01-05', '01-06', '01-10', '02-05']],
    [5, 'empty items', '0 0 5,,10, * *', ['01-05', '01-10', '02-05']],
    [5, 'a plus sign', '0 0 +5 * *', ['01-05', '02-05']],
    [5, 'what follows *- is ignored', '0 0 *-5 * 1', ['01-05', '01-12']],
    [9, '@midnight', '@midnight', ['01-02', '01-03']],
    [11, 'a zone before the expression', 'CRON_TZ=Asia/Tokyo 0 6 * * *', ['01-01', '01-02']],
    [12, 'L is the last day of the month', '0 0 L * *', ['01-31', '02-28', '03-31', '04-30']],
    [12, 'L in a list', '0 0 15,L * *', ['01-15', '01-31', '02-15', '02-28']],
    [12, '5L is the last Friday', '0 0 * * 5L', ['01-30', '02-27', '03-27']],
    [12, 'a name and L', '0 0 * * FRIL', ['01-30', '02-27', '03-27']],
    [12, '1#2 is the second Monday', '0 0 * * 1#2', ['01-12', '02-09', '03-09']],
    [12, 'a name and #', '0 0 * * mon#1', ['01-05', '02-02', '03-02']],
    [12, '7#1 is the first Sunday', '0 0 * * 7#1', ['01-04', '02-01']],
    [0, 'a month whose name ends in L', '0 0 1 APR-JUL *', ['04-01', '05-01', '06-01', '07-01', '04-01']],
    [0, 'both day fields without a star: either', '0 0 13 * fri', ['01-02', '01-09', '01-13', '01-16']],
    [0, '29 February waits for a leap year', '0 0 29 2 *', ['02-29', '02-29']],
  ])('row %i: %s', (_row, _rule, expression, expected) => {
    expect(days(expression, expected.length)).toEqual(expected)
  })

  it.each([
    [3, '0 0 * * 8', 'day of week'],
    [6, '0 0 30 2 *', 'day of month'],
    [6, '0 0 31 2 *', 'day of month'],
    [6, '0 0 31 4,6,9,11 *', 'day of month'],
    [7, '0 0 0 * * *', 'not 6'],
    [8, '', 'empty'],
    [8, ' \t ', 'empty'],
    [8, '0', 'not 1'],
    [8, '* * *', 'not 3'],
    [8, '* * * *', 'not 4'],
    [10, '@minutely', '@minutely'],
    [10, '@secondly', '@secondly'],
    [10, '@weekdays', '@weekdays'],
    [10, '@weekends', '@weekends'],
    [10, '@DAILY', 'lower case'],
    [10, '@constructor', '@constructor'],
    [11, 'CRON_TZ=Asia/Tokyo', 'ends after its time zone'],
    [11, 'TZ=Asia/Tokyo ', 'ends after its time zone'],
    [11, 'CRON_TZ=Mars/Olympus 0 6 * * *', 'Mars/Olympus'],
    [11, 'CRON_TZ= 0 6 * * *', 'IANA'],
    [11, 'TZ=UTC TZ=UTC 0 6 * * *', 'not 6'],
    [12, '0 0 15W * *', 'day of month'],
    [12, '0 0 LW * *', 'day of month'],
    [12, '0 0 L-2 * *', 'day of month'],
    [12, '0 0 5L * *', 'day of month'],
    [12, '0 0 * * L', 'day of week'],
    [12, '0 0 1#1 * *', 'day of month'],
    [12, '0 0 * * 1#1,2#1', 'day of week'],
    [12, '0 0 * * 1-5#1', 'day of week'],
    [12, '0 0 * * MON#9', 'day of week'],
    [12, '0 0 * * 1#0', 'day of week'],
    [12, '0 22-2 * * *', 'hour'],
    [12, '0 0 1 january *', 'month'],
    [12, 'L * * * *', 'minute'],
    [0, '60 * * * *', 'minute'],
    [0, '* 24 * * *', 'hour'],
    [0, '* * 0 * *', 'day of month'],
    [0, '* * * 13 *', 'month'],
    [0, '*/0 * * * *', 'minute'],
    [0, '* */-1 * * *', 'hour'],
    [0, '* * 1.5 * *', 'day of month'],
    [0, '１ * * * *', String.raw`"\uff11"`],
    [0, '* * * * ١', 'day of week'],
    [0, '*/5 * * * * rm -rf /', 'not 8'],
    [0, '@reboot', '@reboot'],
    [0, '0 0 \u0000 * *', 'day of month'],
  ])('row %i: %j is refused, and the message says %j', (_row, expression, says) => {
    const error = refusal(expression)
    expect(error.message).toContain(says)
    expect(error.message).toMatch(/^[\x20-\x7e]+$/)
    expect(error.details).toEqual({ field: 'cron_expression' })
    expect(error.status).toBe(400)
  })

  it('refuses more than 1024 characters, and accepts as many', () => {
    const list = (length: number) => `${'1,'.repeat(length)}1`.slice(-(length - 8))
    expect(parseSchedule(`${list(1024)} * * * *`, 'UTC').next(start)).toBe(start + 60_000)
    expect(refusal(`${list(1025)} * * * *`).message).toContain('1024')
  })
})

describe('time zones', () => {
  it.each([
    ['0 6 * * *', 'Asia/Tokyo', '2026-01-01T21:00:00Z', 'Asia/Tokyo'],
    ['CRON_TZ=Asia/Tokyo 0 6 * * *', 'America/New_York', '2026-01-01T21:00:00Z', 'Asia/Tokyo'],
    ['TZ=Asia/Tokyo @daily', 'UTC', '2026-01-01T15:00:00Z', 'Asia/Tokyo'],
    ['  TZ=Asia/Kolkata   0 6 * * *  ', 'UTC', '2026-01-01T00:30:00Z', 'Asia/Kolkata'],
    ['0 6 * * *', 'UTC', '2026-01-01T06:00:00Z', 'UTC'],
  ])('%j beside %s', (expression, timezone, expected, counts) => {
    const schedule = parseSchedule(expression, timezone)
    expect(new Date(schedule.next(at('2026-01-01T00:00:00Z'))).toISOString()).toBe(
      new Date(expected).toISOString(),
    )
    expect(schedule.timezone).toBe(counts)
    expect(schedule.expression).toBe(expression.trim())
  })

  it.each(['', 'Mars/Olympus', '+08:00', 'UTC+8', 'Local', ' UTC', '\u0000', 'Europe/Berlin\n'])(
    'an argument that is no IANA name is refused as timezone: %j',
    (timezone) => {
      expect(refusal('0 6 * * *', timezone).details).toEqual({ field: 'timezone' })
      expect(refusal('TZ=UTC 0 6 * * *', timezone).details).toEqual({ field: 'timezone' })
    },
  )
})

describe('macros', () => {
  it.each([
    ['@yearly', '2027-01-01T00:00:00.000Z'],
    ['@annually', '2027-01-01T00:00:00.000Z'],
    ['@monthly', '2026-02-01T00:00:00.000Z'],
    ['@weekly', '2026-01-04T00:00:00.000Z'],
    ['@daily', '2026-01-02T00:00:00.000Z'],
    ['@midnight', '2026-01-02T00:00:00.000Z'],
    ['@hourly', '2026-01-01T01:00:00.000Z'],
  ])('%s', (macro, expected) => {
    const schedule = parseSchedule(macro, 'UTC')
    expect(schedule.kind).toBe('cron')
    expect(new Date(schedule.next(start)).toISOString()).toBe(expected)
  })
})

describe('H', () => {
  const minutes = (expression: string, hashSeed?: string) =>
    nextRuns(parseSchedule(expression, 'UTC', { hashSeed }), start - 1, 60)
      .filter((ms) => ms < start + 3_600_000)
      .map((ms) => (ms - start) / 60_000)

  it('is the same for one seed, spreads over seeds, and has the expression as its seed by default', () => {
    expect(minutes('H * * * *', 'task 1')).toEqual(minutes('H * * * *', 'task 1'))
    const seen = new Set(Array.from({ length: 500 }, (_, seed) => minutes('H * * * *', `task ${seed}`)[0]))
    expect(seen.size).toBe(60)
    expect(minutes('H * * * *')).toEqual(minutes(' H * * * * ', 'H * * * *'))
  })

  it.each(Array.from({ length: 20 }, (_, seed) => `task ${seed}`))('stays within its range: %s', (seed) => {
    const [inRange] = minutes('H(10-14) * * * *', seed)
    expect(inRange).toBeGreaterThanOrEqual(10)
    expect(inRange).toBeLessThanOrEqual(14)

    const stepped = minutes('H/15 * * * *', seed)
    expect(stepped).toEqual([0, 15, 30, 45].map((minute) => minute + stepped[0]!))
    expect(stepped[0]).toBeLessThan(15)

    const both = minutes('H(30-59)/10 * * * *', seed)
    expect(both).toEqual([0, 10, 20].map((minute) => minute + both[0]!))
    expect(both[0]).toBeGreaterThanOrEqual(30)

    expect(minutes('H(5-9)/100 * * * *', seed)).toHaveLength(1)
  })

  it('in the day of month is a day that every month has', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const runs = nextRuns(parseSchedule('0 0 H * *', 'UTC', { hashSeed: `task ${seed}` }), start - 1, 12)
      expect(runs.map((ms) => new Date(ms).getUTCMonth())).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    }
  })

  it.each(['H(5-60) * * * *', 'H(9-5) * * * *', 'H() * * * *', 'H/0 * * * *', 'H-5 * * * *', 'h * * * *'])(
    'that is malformed is refused: %s',
    (expression) => {
      expect(refusal(expression).message).toContain('minute')
    },
  )
})

describe('@every', () => {
  it.each([
    ['1s', 1],
    ['90s', 90],
    ['1h30m', 5_400],
    ['1.5h', 5_400],
    ['.5h', 1_800],
    ['+1m', 60],
    ['1m30s500ms', 90],
    ['1500ms', 1],
    ['1000000us', 1],
    ['1000000µs', 1],
    ['1000000μs', 1],
    ['1000000000ns', 1],
    ['0.3s0.7s', 1],
    ['30m1h', 5_400],
    ['2562047h', 2_562_047 * 3_600],
  ])('%s is %i s: whole seconds, as in robfig', (duration, seconds) => {
    const schedule = parseSchedule(`@every ${duration}`, 'UTC')
    expect(schedule.kind).toBe('every')
    expect(schedule.next(start)).toBe(start + seconds * 1_000)
  })

  it.each([
    '',
    '1d',
    '1',
    '0',
    '0s',
    '-1h',
    '999ms',
    '1h-30m',
    '1 h',
    'h',
    '.h',
    '1H',
    '1hh',
    '1h x',
    '１h',
    '2562048h',
  ])('refuses %j', (duration) => {
    expect(refusal(`@every ${duration}`).message).toContain('@every')
  })

  it('counts from the anchor, so that a restart between two ticks moves nothing', () => {
    const schedule = parseSchedule('@every 7m', 'UTC')
    const tick = start + 7 * 60_000
    expect(schedule.next(start, start)).toBe(tick)
    for (const restart of [tick, tick + 1, tick + 200_000, tick + 419_999]) {
      expect(schedule.next(restart, tick)).toBe(tick + 420_000)
    }
    expect(schedule.next(tick + 100 * 420_000 + 5, tick)).toBe(tick + 101 * 420_000)
    expect(schedule.next(start, tick)).toBe(tick)
    expect(nextRuns(schedule, start + 60_000, 3, start)).toEqual([1, 2, 3].map((n) => start + n * 420_000))
  })
})

describe('next', () => {
  it.each([
    ['2026-01-01T00:00:00.000Z', '2026-01-01T00:05:00.000Z'],
    ['2026-01-01T00:04:59.999Z', '2026-01-01T00:05:00.000Z'],
    ['2026-01-01T00:05:00.000Z', '2026-01-01T00:10:00.000Z'],
    ['2026-01-01T00:05:00.001Z', '2026-01-01T00:10:00.000Z'],
    ['1970-01-01T00:00:00.000Z', '1970-01-01T00:05:00.000Z'],
    ['1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z'],
  ])('is strictly after %s', (after, expected) => {
    expect(new Date(parseSchedule('*/5 * * * *', 'UTC').next(at(after))).toISOString()).toBe(expected)
  })

  it('keeps nothing between calls', () => {
    const schedule = parseSchedule('0 3 * * *', 'Europe/Berlin')
    const later = schedule.next(at('2030-06-01T00:00:00Z'))
    expect(schedule.next(start)).toBe(at('2026-01-01T02:00:00Z'))
    expect(schedule.next(at('2030-06-01T00:00:00Z'))).toBe(later)
  })
})
