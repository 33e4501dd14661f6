const form = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

/** The time of an `X-Sdk-Date` (`20260101T000000Z`), in ms since 1970; `undefined` where it is no such text, or no such day. */
export function readSdkDate(text: string): number | undefined {
  const found = form.exec(text)
  if (!found) return undefined
  const [, year, month, day, hour, minute, second] = found
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const time = Date.parse(iso)
  // a day that no month has (30 February) would count as one of the next
  return Number.isNaN(time) || new Date(time).toISOString() !== iso ? undefined : time
}
