import { z } from 'zod'

const date = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}))?$/

/** RFC 3339, or `YYYY-MM-DD[ HH:MM:SS]` in UTC; answers RFC 3339 in UTC. */
export const time = z.string({ error: 'must be a time' }).transform((text, context) => {
  const short = date.exec(text)
  const iso = short ? `${short[1]}T${short[2] ?? '00:00:00'}Z` : text
  const shaped = short !== null || z.iso.datetime({ offset: true }).safeParse(text).success
  const at = shaped ? new Date(iso) : undefined
  // a calendar date that does not exist (30 February) is moved by Date, so it is compared
  if (at === undefined || Number.isNaN(at.getTime()) || (short && !at.toISOString().startsWith(short[1]!))) {
    context.issues.push({ code: 'custom', input: text, message: 'must be RFC 3339 or YYYY-MM-DD[ HH:MM:SS]' })
    return z.NEVER
  }
  return at.toISOString()
})
