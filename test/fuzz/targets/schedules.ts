import fc from 'fast-check'
import { parseGoDuration } from '../../../packages/core/src/schedule/go-duration.ts'
import { nextRuns } from '../../../packages/core/src/schedule/next-runs.ts'
import { parseSchedule, type Schedule } from '../../../packages/core/src/schedule/parse-schedule.ts'
import { expressions, instants } from '../../../packages/core/test/schedule/robfig-expressions.ts'
import { robfigRuns } from '../../../packages/core/test/schedule/robfig-oracle.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same } from '../promises.ts'

const samples = [
  '*/5 * * * *',
  '0 3 * * mon-fri',
  '@every 1h30m',
  '@daily',
  'CRON_TZ=Europe/Berlin 30 2 * * *',
  'TZ=Asia/Shanghai 0 0 L * *',
  'H H(1-5) * * *',
  '0 0 29 2 *',
  '0 9 * * mon#1',
  '15,45 2 1-7 */3 5L',
]
const words = [
  '*',
  '/',
  ',',
  '-',
  '?',
  'L',
  '#',
  'H',
  '@every ',
  '@hourly',
  '1h',
  '5',
  '31',
  '99',
  'CRON_TZ=',
  'UTC ',
  'America/New_York ',
  'jan',
  'sun',
  ' ',
  '+',
  '0.5s',
  '1000000h',
]

type ScheduleParser = (expression: string, timezone: string) => Schedule
const longAgo = Date.UTC(1_900, 0, 1)

const schedule = fuzzTarget<
  { readonly expression: string; readonly zone: string; readonly after: number },
  ScheduleParser
>({
  name: 'schedules',
  inputs: fc.record({
    expression: textNear(samples, words),
    zone: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('UTC', 'Asia/Shanghai', 'America/New_York') },
      { weight: 1, arbitrary: textNear(['Europe/Berlin', 'Etc/GMT+14', '+08:00', '']) },
    ),
    after: instants,
  }),
  parser: parseSchedule,
  check(parse, { after, expression, zone }) {
    const found = answerOf(() => parse(expression, zone), 'SCHEDULE_INVALID')
    if (found === undefined) return 'refused'
    let last = after
    for (const next of nextRuns(found, after, 3)) {
      promise(Number.isSafeInteger(next) && next > last, 'every fire time comes after the one before')
      last = next
    }
    // the rarest date, the 29th of February, comes within eight years
    if (found.kind === 'cron')
      promise(found.next(after) - after <= 9 * 366 * 86_400_000, 'it fires in this life')
    promise(found.next(longAgo) > longAgo, 'whatever the time is')
    same(
      found.next(after),
      parse(found.expression, found.timezone).next(after),
      'as it is stored it means the same',
    )
    return 'accepted'
  },
  long: () =>
    repeated(['*', '*/1,', ' ', '1-', '@', 'L', 'H(']).map((expression) => ({
      expression,
      zone: 'UTC',
      after: 0,
    })),
  broken: {
    'fires when it is asked': (expression, zone) => ({
      ...parseSchedule(expression, zone),
      next: (after) => after,
    }),
    'fires between two milliseconds': (expression, zone) => {
      const found = parseSchedule(expression, zone)
      return { ...found, next: (after, anchor) => found.next(after, anchor) + 0.5 }
    },
    'says what cron-parser says': (expression, zone) => {
      if (expression.includes('#') && !expression.includes('#1')) throw new RangeError('Constraint error')
      return parseSchedule(expression, zone)
    },
    'never fires': (expression, zone) => {
      const found = parseSchedule(expression, zone)
      return {
        ...found,
        next: () => {
          for (;;);
        },
      }
    },
  },
  share: 0.5,
})

const likeRobfig = fuzzTarget<readonly [string, number], ScheduleParser>({
  name: 'schedules that robfig/cron takes',
  inputs: fc.tuple(
    fc.oneof(
      { weight: 9, arbitrary: expressions },
      { weight: 1, arbitrary: fc.constantFrom('0 0 30 2 *', '0 0 31 4,6 ?') },
    ),
    instants,
  ),
  parser: parseSchedule,
  check(parse, [expression, after]) {
    const expected = robfigRuns(expression, after, 6)
    const found = answerOf(() => parse(expression, 'UTC'), 'SCHEDULE_INVALID')
    if (expected.length === 0) {
      promise(found === undefined, 'what never fires is refused')
      return 'refused'
    }
    promise(found !== undefined, 'what robfig takes is taken')
    same(nextRuns(found, after, expected.length), expected, 'it fires when robfig fires')
    return 'accepted'
  },
  broken: {
    'takes both days for one': (expression) => parseSchedule(expression.replace(/\S+$/, '*'), 'UTC'),
    'counts in local time': (expression) => parseSchedule(expression, 'Asia/Shanghai'),
  },
  share: 0.5,
})

type DurationParser = (text: string) => number | undefined

const duration = fuzzTarget<string, DurationParser>({
  name: 'durations of Go',
  inputs: textNear(
    ['1h30m', '1.5h', '-2m', '500ms', '1us', '0', '.5s', '1d'],
    ['h', 'm', 's', 'ms', '1', '.', '-', '+', 'µs'],
  ),
  parser: parseGoDuration,
  check(parse, text) {
    const found = parse(text)
    if (found === undefined) return 'refused'
    promise(!Number.isNaN(found), 'a duration is a number')
    promise(/^[+-]?(?:0|(?:[\d.]+(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(text), 'every number has a unit')
    const sign = text.startsWith('-') ? -1 : 1
    promise(found * sign >= 0, 'the sign that was written')
    return 'accepted'
  },
  // as long as an expression may be
  long: () => repeated(['1', '1h', '.', 'h', '1.']).map((text) => text.slice(0, 1_024)),
  broken: {
    'takes days': (text) => parseGoDuration(text.replace('d', 'h')),
    'takes a number alone': (text) => parseGoDuration(text) ?? Number.parseFloat(text),
  },
})

export const scheduleTargets: readonly AnyFuzzTarget[] = [schedule, likeRobfig, duration]
