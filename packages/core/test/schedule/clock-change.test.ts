import { CronExpressionParser } from 'cron-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextRuns } from '../../src/schedule/next-runs.ts'
import { parseSchedule } from '../../src/schedule/parse-schedule.ts'
import { repetitions } from '../repetitions.ts'

/** Local time and offset, as `02:30+01:00`. */
function localTime(timezone: string, instant: number): string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'longOffset',
  })
  return format.format(instant).replace(' GMT', '')
}

/** The fire times from `from` to before `to`, found by asking for each anew. */
function firesBetween(expression: string, timezone: string, from: string, to: string): string[] {
  const fires: string[] = []
  let last = Date.parse(from) - 1
  for (;;) {
    last = parseSchedule(expression, timezone).next(last)
    if (last >= Date.parse(to)) return fires
    fires.push(localTime(timezone, last))
  }
}

describe('a clock put forward: fixed times fire once, as if it had not been; every hour follows elapsed time', () => {
  // 02:00+01:00 is 03:00+02:00
  it.each([
    ['30 2 * * *', ['03:30+02:00']],
    ['0 2 * * *', ['03:00+02:00']],
    ['0 3 * * *', ['03:00+02:00']],
    ['0 2,3 * * *', ['03:00+02:00']],
    ['15,45 2 * * *', ['03:15+02:00', '03:45+02:00']],
    ['*/30 2-3 * * *', ['03:00+02:00', '03:30+02:00']],
    ['0 */2 * * *', ['00:00+01:00', '03:00+02:00', '04:00+02:00']],
    ['0 * * * *', ['00:00+01:00', '01:00+01:00', '03:00+02:00', '04:00+02:00']],
    ['30 * * * *', ['00:30+01:00', '01:30+01:00', '03:30+02:00', '04:30+02:00']],
    ['30 0-23 * * *', ['00:30+01:00', '01:30+01:00', '03:30+02:00', '04:30+02:00']],
  ])('Berlin, 28 March 2027: %s', (expression, expected) => {
    expect(
      firesBetween(expression, 'Europe/Berlin', '2027-03-28T00:00+01:00', '2027-03-28T05:00+02:00'),
    ).toEqual(expected)
  })

  it.each([
    ['30 2 * * *', ['03:30-04:00']],
    ['0 */2 * * *', ['00:00-05:00', '03:00-04:00', '04:00-04:00']],
    ['0 * * * *', ['00:00-05:00', '01:00-05:00', '03:00-04:00', '04:00-04:00']],
  ])('New York, 14 March 2027: %s', (expression, expected) => {
    expect(
      firesBetween(expression, 'America/New_York', '2027-03-14T00:00-05:00', '2027-03-14T05:00-04:00'),
    ).toEqual(expected)
  })

  it.each([
    ['0 0 * * *', ['01:00-02:00']],
    ['30 0 * * 0', ['01:30-02:00']],
    ['0 * * * *', ['23:00-03:00', '01:00-02:00', '02:00-02:00']],
  ])('São Paulo had no midnight on 4 November 2018: %s', (expression, expected) => {
    expect(
      firesBetween(expression, 'America/Sao_Paulo', '2018-11-03T23:00-03:00', '2018-11-04T03:00-02:00'),
    ).toEqual(expected)
  })

  it.each([
    ['15 2 * * *', ['02:45+11:00']],
    ['15 * * * *', ['01:15+10:30', '03:15+11:00']],
  ])('Lord Howe moves by half an hour, 3 October 2027: %s', (expression, expected) => {
    expect(
      firesBetween(expression, 'Australia/Lord_Howe', '2027-10-03T01:00+10:30', '2027-10-03T04:00+11:00'),
    ).toEqual(expected)
  })

  it('Samoa left out 30 December 2011: the job of that day runs on the next', () => {
    const [run] = nextRuns(parseSchedule('0 9 30 12 *', 'Pacific/Apia'), Date.parse('2011-12-01T00:00Z'), 1)
    expect(new Date(run!).toISOString()).toBe('2011-12-30T19:00:00.000Z')
    expect(
      firesBetween('0 9 * * *', 'Pacific/Apia', '2011-12-29T00:00-10:00', '2012-01-02T00:00+14:00'),
    ).toEqual(['09:00-10:00', '09:00+14:00', '09:00+14:00'])
  })
})

describe('a clock put back: fixed times fire in the first pass; every hour fires in both', () => {
  // 03:00+02:00 is 02:00+01:00
  it.each([
    ['30 2 * * *', ['02:30+02:00']],
    ['0 2 * * *', ['02:00+02:00']],
    ['0 3 * * *', ['03:00+01:00']],
    ['0 */2 * * *', ['00:00+02:00', '02:00+02:00', '04:00+01:00']],
    [
      '*/30 1-3 * * *',
      ['01:00+02:00', '01:30+02:00', '02:00+02:00', '02:30+02:00', '03:00+01:00', '03:30+01:00'],
    ],
    ['0 2-4 * * *', ['02:00+02:00', '03:00+01:00', '04:00+01:00']],
    ['0 * * * *', ['00:00+02:00', '01:00+02:00', '02:00+02:00', '02:00+01:00', '03:00+01:00', '04:00+01:00']],
    [
      '*/30 * * * *',
      [
        ...['00:00+02:00', '00:30+02:00', '01:00+02:00', '01:30+02:00', '02:00+02:00', '02:30+02:00'],
        ...['02:00+01:00', '02:30+01:00', '03:00+01:00', '03:30+01:00', '04:00+01:00', '04:30+01:00'],
      ],
    ],
  ])('Berlin, 31 October 2027: %s', (expression, expected) => {
    expect(
      firesBetween(expression, 'Europe/Berlin', '2027-10-31T00:00+02:00', '2027-10-31T05:00+01:00'),
    ).toEqual(expected)
  })

  it.each([
    ['30 1 * * *', ['01:30-04:00']],
    ['0 2 * * *', ['02:00-05:00']],
    ['0 * * * *', ['00:00-04:00', '01:00-04:00', '01:00-05:00', '02:00-05:00']],
  ])('New York, 7 November 2027: %s', (expression, expected) => {
    expect(
      firesBetween(expression, 'America/New_York', '2027-11-07T00:00-04:00', '2027-11-07T03:00-05:00'),
    ).toEqual(expected)
  })

  it.each([
    ['30 23 * * *', ['23:30-02:00']],
    ['0 0 * * *', ['00:00-03:00']],
    ['0 * * * *', ['22:00-02:00', '23:00-02:00', '23:00-03:00', '00:00-03:00']],
  ])('São Paulo had 23:00 twice on 17 February 2018: %s', (expression, expected) => {
    expect(
      firesBetween(expression, 'America/Sao_Paulo', '2018-02-17T22:00-02:00', '2018-02-18T01:00-03:00'),
    ).toEqual(expected)
  })

  it('Lord Howe has 01:30 to 02:00 twice, 4 April 2027', () => {
    const between = ['Australia/Lord_Howe', '2027-04-04T01:00+11:00', '2027-04-04T03:00+10:30'] as const
    expect(firesBetween('45 1 * * *', ...between)).toEqual(['01:45+11:00'])
    expect(firesBetween('45 * * * *', ...between)).toEqual(['01:45+11:00', '01:45+10:30', '02:45+10:30'])
  })
})

describe('around a change of the clock', () => {
  const hourMs = 3_600_000
  // the change lies somewhere in the three days after each
  const changes = [
    ['Europe/Berlin', '2027-03-26T20:00Z'],
    ['Europe/Berlin', '2027-10-29T20:00Z'],
    ['America/New_York', '2027-03-12T12:00Z'],
    ['America/New_York', '2027-11-05T12:00Z'],
    ['America/Sao_Paulo', '2018-02-16T12:00Z'],
    ['America/Sao_Paulo', '2018-11-02T12:00Z'],
    ['Asia/Shanghai', '2027-03-26T20:00Z'],
  ] as const
  const expressions = fc
    .tuple(
      fc.constantFrom('0', '30', '*/15', '15,45', '*/20', '59', '7', '*'),
      fc.constantFrom('*', '*/2', '0', '1', '2', '3', '23', '1-3', '0-22', '2,4', '22-23', '0,2', '0-23'),
      fc.constantFrom('* * *', '* * 0', '* * 6', 'L * *', '28-31 * *', '* 3,11 sun#2'),
    )
    .map((parts) => parts.join(' '))

  it('fires as one cron-parser iterator that began well before it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...changes), expressions, ([timezone, from], expression) => {
        const after = Date.parse(from)
        const runs = nextRuns(parseSchedule(expression, timezone), after, 60)
        const iterator = CronExpressionParser.parse(`0 ${expression}`, {
          tz: timezone,
          currentDate: new Date(after),
        })
        expect(runs).toEqual(runs.map(() => iterator.next().getTime()))
      }),
      { numRuns: repetitions(60) },
    )
  })

  it('an answer does not depend on where one began to ask', () => {
    const zones = [
      ...changes,
      ['Australia/Lord_Howe', '2027-04-02T00:00Z'],
      ['Australia/Lord_Howe', '2027-10-01T12:00Z'],
    ] as const
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        expressions,
        fc.integer({ min: 0, max: 72 * 60 }),
        fc.constantFrom(-1, 0, 1, 30_000),
        ([timezone, from], expression, minutes, shift) => {
          const schedule = parseSchedule(expression, timezone)
          const after = Date.parse(from) + minutes * 60_000 + shift
          const next = schedule.next(after)
          let walked = schedule.next(Date.parse(from) - 26 * hourMs)
          while (walked <= after) walked = schedule.next(walked)
          expect(walked).toBe(next)
        },
      ),
      { numRuns: repetitions(100) },
    )
  })
})
