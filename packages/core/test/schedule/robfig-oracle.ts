/**
 * What robfig/cron v3 (`ParseStandard`) makes of five fields, in UTC: bit sets, a star bit and a walk through the
 * calendar. Written from robfig's rules and on purpose unlike the code under test; it shares nothing with it.
 */
const star = 1n << 63n

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names: readonly string[]
}

const bounds: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { min: 0, max: 6, names: 'sun mon tue wed thu fri sat'.split(' ') },
]

/** The first `count` fire times after `after`, fewer when there are none within 40 years. @throws on what robfig refuses */
export function robfigRuns(expression: string, after: number, count: number): number[] {
  const texts = expression.split(' ')
  if (texts.length !== 5) throw new Error('expected exactly 5 fields')
  const [minutes, hours, days, months, weekdays] = texts.map((text, index) => fieldBits(text, bounds[index]!))
  const runs: number[] = []
  const day = new Date(after)
  day.setUTCHours(0, 0, 0, 0)
  for (let walked = 0; walked < 40 * 366; walked += 1, day.setUTCDate(day.getUTCDate() + 1)) {
    if (!has(months!, day.getUTCMonth() + 1)) continue
    const dayMatches = has(days!, day.getUTCDate())
    const weekdayMatches = has(weekdays!, day.getUTCDay())
    const starred = (days! & star) !== 0n || (weekdays! & star) !== 0n
    if (starred ? !(dayMatches && weekdayMatches) : !(dayMatches || weekdayMatches)) continue
    for (let minuteOfDay = 0; minuteOfDay < 1440; minuteOfDay += 1) {
      if (!has(hours!, Math.floor(minuteOfDay / 60)) || !has(minutes!, minuteOfDay % 60)) continue
      const at = day.getTime() + minuteOfDay * 60_000
      if (at > after) runs.push(at)
      if (runs.length === count) return runs
    }
  }
  return runs
}

function has(bits: bigint, value: number): boolean {
  return ((bits >> BigInt(value)) & 1n) === 1n
}

function fieldBits(text: string, field: Bounds): bigint {
  return text
    .split(',')
    .filter(Boolean)
    .reduce((bits, item) => bits | itemBits(item, field), 0n)
}

function itemBits(item: string, { min, max, names }: Bounds): bigint {
  const slashes = item.split('/')
  const ends = slashes[0]!.split('-')
  let start = min
  let end = max
  let extra = 0n
  if (ends[0] === '*' || ends[0] === '?') {
    extra = star
  } else {
    start = number(ends[0]!, names)
    end = ends.length === 2 ? number(ends[1]!, names) : start
    if (ends.length > 2) throw new Error('too many hyphens')
  }
  let step = 1
  if (slashes.length === 2) {
    step = number(slashes[1]!, [])
    if (ends.length === 1) end = max
    if (step > 1) extra = 0n
  }
  if (slashes.length > 2) throw new Error('too many slashes')
  if (start < min || end > max || start > end || step === 0) throw new Error('out of range')
  let bits = extra
  for (let value = start; value <= end; value += step) bits |= 1n << BigInt(value)
  return bits
}

function number(text: string, names: readonly string[]): number {
  const name = names.indexOf(text.toLowerCase())
  if (name !== -1) return names.length === 12 ? name + 1 : name
  if (!/^[+]?[0-9]{1,18}$/.test(text)) throw new Error('failed to parse int')
  return Number.parseInt(text, 10)
}
