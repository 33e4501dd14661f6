import { usageError } from '../configuration/usage-error.ts'

const hour = 3_600_000
const units: Readonly<Record<string, number>> = { h: hour, d: 24 * hour, w: 7 * 24 * hour }

/** Hundred years. */
const longest = 100 * 366 * 24 * hour

/**
 * When something ends, from what was typed behind `--expires`: so long from `now` (milliseconds since 1970), or a date,
 * which is handed on as it is.
 * @throws INVALID_INPUT
 */
export function readExpiry(text: string, now: number): string {
  const [, amount = '', unit = ''] = /^(\d{1,6})([a-z])$/.exec(text) ?? []
  const ms = Number(amount) * (units[unit] ?? 0)
  if (ms > 0 && ms <= longest) return new Date(now + ms).toISOString()
  if (Date.parse(text) <= now)
    throw usageError('--expires', `must be later than now, ${new Date(now).toISOString()}`)
  if (/^\d{4}-/.test(text)) return text
  throw usageError(
    '--expires',
    'must be a time from now on, such as 12h, 90d or 52w, or a date such as 2027-01-31T00:00:00Z',
  )
}
