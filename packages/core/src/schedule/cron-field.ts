import { createHash } from 'node:crypto'
import { quoted, scheduleInvalid } from './schedule-invalid.ts'

/** What one of the five fields may hold. */
export interface CronFieldRule {
  readonly name: 'minute' | 'hour' | 'day of month' | 'month' | 'day of week'
  readonly min: number
  /** The end of `*` and of `N/step`. */
  readonly max: number
  /** The largest number that may be written, where it is not `max`. */
  readonly highest?: number
  /** The end of a bare `H`, where it is not `max`. */
  readonly highestHashed?: number
  /** Names for `min`, `min + 1`, …, in any case. */
  readonly names?: readonly string[]
}

/** One field, read. */
export interface CronField {
  /** A `*` stood in it (robfig's star bit): it holds every value and restricts nothing. */
  readonly any: boolean
  /** Ascending, without repetition. */
  readonly values: readonly number[]
  /** What only a calendar resolves: `L`, `5L` or `1#2`. */
  readonly calendar: readonly string[]
}

/**
 * Reads one field as robfig/cron v3 does: a comma list of `*`, `?`, `N`, `N-M`, each with `/step`, where `N/step` ends
 * at the field's last value, empty items do not count, a number may have a plus sign, and whatever follows `*-` is
 * ignored. Beyond robfig: `H`, `H(N-M)` and both with `/step` (picked by `hashSeed`), `L` in the day of month, `NL` and
 * `N#k` in the day of week, and 7 for Sunday.
 *
 * @throws SCHEDULE_INVALID
 */
export function parseCronField(text: string, rule: CronFieldRule, hashSeed: string): CronField {
  if (/[^\x20-\x7e]/.test(text)) {
    throw fieldInvalid(rule, `${quoted(text)} holds a character that is not plain ASCII`)
  }
  const items = text.split(',').filter((item) => item !== '')
  let any = false
  const values = new Set<number>()
  const calendar = new Set<string>()
  for (const written of items) {
    const item = written.replace(/^([*?])-[^/]*/, '$1')
    if (item.includes('#')) {
      calendar.add(nthWeekday(item, items.length === 1, rule))
    } else if (item.endsWith('L') && rule.name.startsWith('day')) {
      calendar.add(lastDay(item, rule))
    } else {
      const { from, to, step, star } = parseRange(item, rule, hashSeed)
      // as in robfig, `*/1` is still a star and `*/2` is a list like any other
      if (star && step === 1) any = true
      for (let value = from; value <= to; value += step) values.add(isSunday(value, rule) ? 0 : value)
    }
  }
  return { any, values: [...values].sort((a, b) => a - b), calendar: [...calendar] }
}

/** The error for a field that is not valid. */
export function fieldInvalid(rule: CronFieldRule, problem: string): Error {
  return scheduleInvalid(`The ${rule.name} field of the cron expression is not valid: ${problem}.`)
}

interface Range {
  readonly from: number
  readonly to: number
  readonly step: number
  readonly star: boolean
}

function parseRange(item: string, rule: CronFieldRule, hashSeed: string): Range {
  const [range = '', stepText, ...moreSteps] = item.split('/')
  if (moreSteps.length > 0) throw fieldInvalid(rule, `${quoted(item)} has more than one "/"`)
  const givenStep = stepText === undefined ? undefined : parseStep(stepText, item, rule)
  if (range.startsWith('H')) return hashedRange(range, givenStep, rule, hashSeed)

  const step = givenStep ?? 1
  if (range === '*' || range === '?') return { from: rule.min, to: rule.max, step, star: true }
  const [low = '', high, ...moreEnds] = range.split('-')
  if (moreEnds.length > 0) throw fieldInvalid(rule, `${quoted(item)} has more than one "-"`)
  const from = parseValue(low, item, rule)
  const openEnd = givenStep === undefined ? from : Math.max(from, rule.max)
  const to = high === undefined ? openEnd : parseValue(high, item, rule)
  if (from > to) throw fieldInvalid(rule, `the range ${quoted(item)} ends before it begins`)
  return { from, to, step, star: false }
}

function parseValue(text: string, item: string, rule: CronFieldRule): number {
  const { min, max, highest = max, names = [] } = rule
  const named = names.indexOf(text.toLowerCase())
  if (named >= 0) return min + named
  if (!/^\+?\d+$/.test(text)) {
    const expected = names.length === 0 ? 'a number' : `a number or a name such as ${names[1]}`
    throw fieldInvalid(rule, `${quoted(item)} has ${quoted(text)} where ${expected} belongs`)
  }
  const value = Number(text)
  if (value < min || value > highest) {
    throw fieldInvalid(rule, `${quoted(item)} is outside of ${min} to ${highest}`)
  }
  return value
}

function parseStep(text: string, item: string, rule: CronFieldRule): number {
  const step = /^\+?\d+$/.test(text) ? Number(text) : 0
  if (step < 1) throw fieldInvalid(rule, `the step of ${quoted(item)} must be a whole number from 1`)
  return step
}

/** `H` spreads tasks: always the same value for one seed, a different one for another. */
function hashedRange(range: string, step: number | undefined, rule: CronFieldRule, hashSeed: string): Range {
  const match = /^H(?:\((\d+)-(\d+)\))?$/.exec(range)
  if (match === null) throw fieldInvalid(rule, `${quoted(range)} must be H or H(first-last)`)
  const [, first, last] = match
  const min = first === undefined ? rule.min : parseValue(first, range, rule)
  const max = last === undefined ? (rule.highestHashed ?? rule.max) : parseValue(last, range, rule)
  if (min > max) throw fieldInvalid(rule, `the range ${quoted(range)} ends before it begins`)
  const size = max - min + 1
  const hash = createHash('sha256').update(`${rule.name}\n${hashSeed}`).digest().readUInt32BE()
  // a step longer than the range still leaves one value, which may be any of the range
  const from = min + (hash % Math.min(step ?? size, size))
  return { from, to: step === undefined ? from : max, step: step ?? 1, star: false }
}

function lastDay(item: string, rule: CronFieldRule): string {
  const weekday = item.slice(0, -1)
  if (rule.name === 'day of month' && weekday === '') return 'L'
  if (rule.name === 'day of week' && weekday !== '') return `${parseValue(weekday, item, rule) % 7}L`
  const forms = 'L in the day of month, a weekday and L (5L, the last Friday) in the day of week'
  throw fieldInvalid(rule, `${quoted(item)} is not a last day: expected ${forms}`)
}

function nthWeekday(item: string, alone: boolean, rule: CronFieldRule): string {
  const [, weekday = '', nth] = /^([^#]*)#([1-5])$/.exec(item) ?? []
  if (rule.name !== 'day of week' || nth === undefined || !alone) {
    const form = 'a weekday, "#" and 1 to 5 (mon#1, the first Monday), alone in the day of week'
    throw fieldInvalid(rule, `${quoted(item)} is not an n-th weekday: expected ${form}`)
  }
  return `${parseValue(weekday, item, rule) % 7}#${nth}`
}

function isSunday(value: number, rule: CronFieldRule): boolean {
  return rule.name === 'day of week' && value === 7
}
