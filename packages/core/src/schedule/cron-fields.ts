import { type CronField, type CronFieldRule, fieldInvalid, parseCronField } from './cron-field.ts'
import { scheduleInvalid } from './schedule-invalid.ts'

const minuteRule: CronFieldRule = { name: 'minute', min: 0, max: 59 }
const hourRule: CronFieldRule = { name: 'hour', min: 0, max: 23 }
// 28, as in Jenkins: a hashed day that some months lack would make a monthly task skip them
const dayOfMonthRule: CronFieldRule = { name: 'day of month', min: 1, max: 31, highestHashed: 28 }
const monthRule: CronFieldRule = {
  name: 'month',
  min: 1,
  max: 12,
  names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
}
const dayOfWeekRule: CronFieldRule = {
  name: 'day of week',
  min: 0,
  max: 6,
  highest: 7,
  names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
}

const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The five fields of a cron expression. */
export interface CronFields {
  readonly minute: CronField
  readonly hour: CronField
  readonly dayOfMonth: CronField
  readonly month: CronField
  readonly dayOfWeek: CronField
}

/**
 * Reads five fields separated by blanks.
 *
 * @throws SCHEDULE_INVALID when there are more or fewer, when one is not valid, or when together they never match:
 * robfig accepts `0 0 30 2 *` and never fires, which nobody wants.
 */
export function parseCronFields(text: string, hashSeed: string): CronFields {
  const texts = text.split(/\s+/)
  const [minute, hour, dayOfMonth, month, dayOfWeek] = texts as [string, string, string, string, string]
  if (texts.length !== 5) {
    throw scheduleInvalid(
      `The cron expression must have 5 fields, not ${texts.length}: minute, hour, day of month, month, day of week.`,
    )
  }
  const fields = {
    minute: parseCronField(minute, minuteRule, hashSeed),
    hour: parseCronField(hour, hourRule, hashSeed),
    dayOfMonth: parseCronField(dayOfMonth, dayOfMonthRule, hashSeed),
    month: parseCronField(month, monthRule, hashSeed),
    dayOfWeek: parseCronField(dayOfWeek, dayOfWeekRule, hashSeed),
  }
  refuseWhatNeverFires(fields)
  return fields
}

/**
 * The fields in cron-parser's dialect, where every construct left means the same as here: seconds, then `*` or a plain
 * list without repetition. An empty day field that robfig ORs with the other one restricts nothing: `*`.
 */
export function cronParserExpression(fields: CronFields): string {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = fields
  const written = [minute, hour, dayOfMonth, month, dayOfWeek].map((field) =>
    field.any || isEmpty(field) ? '*' : [...field.values, ...field.calendar].join(','),
  )
  return `0 ${written.join(' ')}`
}

function refuseWhatNeverFires({ minute, hour, dayOfMonth, month, dayOfWeek }: CronFields): void {
  if (isEmpty(minute)) throw namesNothing(minuteRule)
  if (isEmpty(hour)) throw namesNothing(hourRule)
  if (isEmpty(month)) throw namesNothing(monthRule)
  // one matching day field is enough, unless the other has a star: then both must match
  if (isEmpty(dayOfMonth) && (dayOfWeek.any || isEmpty(dayOfWeek))) throw namesNothing(dayOfMonthRule)
  if (isEmpty(dayOfWeek) && dayOfMonth.any) throw namesNothing(dayOfWeekRule)

  const dayOfMonthDecides = dayOfWeek.any || isEmpty(dayOfWeek)
  if (!dayOfMonthDecides || dayOfMonth.calendar.length > 0) return
  const lastDay = Math.max(...month.values.map((number) => longestMonths[number - 1]!))
  if (dayOfMonth.values[0]! > lastDay) {
    throw fieldInvalid(
      dayOfMonthRule,
      `no month that it names has a day ${dayOfMonth.values[0]}; it would never fire`,
    )
  }
}

function isEmpty(field: CronField): boolean {
  return field.values.length === 0 && field.calendar.length === 0
}

function namesNothing(rule: CronFieldRule): Error {
  return fieldInvalid(rule, 'it names no value; it would never fire')
}
