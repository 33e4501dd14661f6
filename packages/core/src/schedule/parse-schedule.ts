import { parseCronFields } from './cron-fields.ts'
import { nextOfCron } from './cron-schedule.ts'
import { parseGoDuration } from './go-duration.ts'
import type { Schedule } from './schedule.ts'
import { quoted, scheduleInvalid } from './schedule-invalid.ts'
import { timeZone } from './time-zone.ts'

export type { Schedule }

const maxLength = 1024
// Go counts durations in nanoseconds, in 63 bits: 292 years
const maxDurationMs = 2 ** 63 / 1e6

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

export interface ParseScheduleOptions {
  /** What `H` is picked by: the same seed gives the same times. Default: the expression itself. */
  readonly hashSeed?: string | undefined
}

/**
 * Reads a schedule: five cron fields (minute, hour, day of month, month, day of week), a macro (`@yearly`, `@annually`,
 * `@monthly`, `@weekly`, `@daily`, `@midnight`, `@hourly`) or `@every` and a Go duration of at least 1 s; before it
 * `CRON_TZ=<zone>` or `TZ=<zone>`, which wins over `timezone`, an IANA name. At most 1024 characters.
 *
 * An expression means what robfig/cron v3 (`ParseStandard`) means by it wherever that accepts it, but for the clock
 * changes ({@link nextOfCron}). Beyond robfig: `7` for Sunday, `L`, `5L`, `mon#1`, `H`, blanks around the whole.
 *
 * @throws SCHEDULE_INVALID with `details.field`: `timezone` when that argument is no IANA name, else `cron_expression`
 */
export function parseSchedule(
  expression: string,
  timezone: string,
  options: ParseScheduleOptions = {},
): Schedule {
  const trimmed = expression.trim()
  if (trimmed === '') throw scheduleInvalid('The cron expression is empty.')
  if (trimmed.length > maxLength) {
    throw scheduleInvalid(`The cron expression has more than ${maxLength} characters.`)
  }
  if (timeZone(timezone) === undefined) throw unknownZone(timezone, 'timezone')

  const { zoneName = timezone, rest } = takeZone(trimmed)
  const zone = timeZone(zoneName)
  if (zone === undefined) throw unknownZone(zoneName, 'cron_expression')

  const base = { expression: trimmed, timezone: zoneName }
  const [, duration] = /^@every\s+(.*)$/s.exec(rest) ?? []
  if (duration !== undefined) return { ...base, kind: 'every', next: nextOfEvery(duration) }
  const fields = parseCronFields(expandMacro(rest), options.hashSeed ?? trimmed)
  return { ...base, kind: 'cron', next: nextOfCron(fields, zone) }
}

function takeZone(text: string): { zoneName?: string; rest: string } {
  const match = /^(?:CRON_)?TZ=(\S*)\s*(.*)$/s.exec(text)
  if (match === null) return { rest: text }
  const [, zoneName = '', rest = ''] = match
  if (rest === '') {
    throw scheduleInvalid('The cron expression ends after its time zone; five fields must follow.')
  }
  return { zoneName, rest }
}

function unknownZone(name: string, field: 'cron_expression' | 'timezone'): Error {
  const where = field === 'timezone' ? 'The time zone' : 'The time zone of the cron expression'
  return scheduleInvalid(
    `${where} must be an IANA name such as Asia/Shanghai; ${quoted(name)} is none.`,
    field,
  )
}

function expandMacro(text: string): string {
  if (!text.startsWith('@')) return text
  const fields = Object.hasOwn(macros, text) ? macros[text] : undefined
  if (fields !== undefined) return fields
  const known = Object.keys(macros).join(', ')
  throw scheduleInvalid(
    `The cron expression ${quoted(text)} is not known; ${known} and "@every <duration>" are, in lower case.`,
  )
}

/** As in robfig, the interval counts in whole seconds and the rest is dropped; below 1 s robfig waits 1 s, we refuse. */
function nextOfEvery(duration: string): Schedule['next'] {
  const ms = parseGoDuration(duration)
  if (ms === undefined) {
    throw scheduleInvalid(
      `The interval ${quoted(duration)} of @every is not a duration; write hours, minutes and seconds, as in 1h30m.`,
    )
  }
  const interval = Math.floor(ms / 1_000) * 1_000
  if (interval < 1_000) {
    throw scheduleInvalid(`The interval ${quoted(duration)} of @every must be at least 1s.`)
  }
  if (ms > maxDurationMs) {
    throw scheduleInvalid(`The interval ${quoted(duration)} of @every must be at most 2562047h.`)
  }
  return (after, anchor = after) => anchor + (Math.floor((after - anchor) / interval) + 1) * interval
}
