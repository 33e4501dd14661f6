const dayMs = 86_400_000

/**
 * A zone's clock. A local time is written as the ms since 1970 of the same reading in UTC: 02:30 on 28 March 2027 is
 * `Date.UTC(2027, 2, 28, 2, 30)`, wherever the clock hangs.
 */
export interface TimeZone {
  /** The instants at which the clock shows `local`: one, both in an overlap (the earlier first), none in a gap. */
  instantsOf(local: number): readonly number[]
  /** Where a local time inside a gap lands when the clock is not put forward: 02:30 becomes 03:30. */
  instantAfterGap(local: number): number
  /** How far local time is ahead of UTC near `instant`, in ms: both offsets while it is no further from a change than the clock is moved by it. */
  offsetsAround(instant: number): readonly number[]
}

/** The zone of that IANA name, or `undefined` when there is none. An offset such as `+08:00` is no name. */
export function timeZone(name: string): TimeZone | undefined {
  const key = name.toLowerCase()
  const known = zones.get(key)
  if (known !== undefined) return known
  const offsetAt = offsetReader(name)
  if (offsetAt === undefined) return undefined

  const zone: TimeZone = {
    // a day away on either side is beyond every offset (14 h), so these are the offsets before and after a change
    instantsOf(local) {
      const before = offsetAt(local - dayMs)
      const after = offsetAt(local + dayMs)
      if (before === after) return [local - before]
      return [before, after]
        .filter((offset) => offsetAt(local - offset) === offset)
        .map((offset) => local - offset)
    },
    instantAfterGap: (local) => local - offsetAt(local - dayMs),
    offsetsAround(instant) {
      const before = offsetAt(instant - dayMs)
      const shift = Math.abs(offsetAt(instant + dayMs) - before)
      return shift === 0 ? [before] : [instant - shift, instant, instant + shift].map(offsetAt)
    },
  }
  zones.set(key, zone)
  return zone
}

// thousands of tasks share a few zones, and a DateTimeFormat is slow to make; there are some 600 names at most
const zones = new Map<string, TimeZone>()

/** How far local time is ahead of UTC at an instant, in ms, as Intl writes it: `GMT`, `GMT+02:00`, `GMT-03:06:28`. */
function offsetReader(name: string): ((instant: number) => number) | undefined {
  if (!/^[a-z]/i.test(name)) return undefined
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
  if (format.resolvedOptions().timeZone === 'UTC') return () => 0
  return (instant) => {
    const [, sign, hours, minutes, seconds] =
      /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(instant)) ?? []
    const ms = (Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1_000
    return sign === '-' ? -ms : ms
  }
}
