const nanoseconds = new Map([
  ['h', 3_600e9],
  ['m', 60e9],
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
  // the micro sign and the Greek letter mu, both of which Go knows
  ['\u00b5s', 1e3],
  ['\u03bcs', 1e3],
  ['ns', 1],
])

const part = /([0-9]+\.?[0-9]*|\.[0-9]+)([a-z\u00b5\u03bc]+)/gy

/**
 * Reads a duration as Go's `time.ParseDuration` does: decimal numbers with the units h, m, s, ms, us (µs) and ns, in
 * any order, such as `1h30m` or `1.5h`; a sign may stand before. Answers ms, or `undefined` when `text` is no duration.
 * Go has no unit longer than the hour: `1d` is none.
 */
export function parseGoDuration(text: string): number | undefined {
  const [, sign, unsigned = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (unsigned === '0') return 0
  let total = 0
  let read = 0
  for (const [whole, number, unit = ''] of unsigned.matchAll(part)) {
    const perUnit = nanoseconds.get(unit)
    if (perUnit === undefined) return undefined
    total += Math.round(Number(number) * perUnit)
    read += whole.length
  }
  if (read === 0 || read !== unsigned.length) return undefined
  return (sign === '-' ? -total : total) / 1e6
}
