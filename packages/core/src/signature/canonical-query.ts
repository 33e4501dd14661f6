import { percentEncode } from './percent-encode.ts'

const byUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * A query as it stands in a canonical request: sorted by name, then by value, both encoded, `=` also where there is no
 * value. Read as `URLSearchParams` reads it, so that what was signed is what a route gets to see.
 * @param query without the question mark
 */
export function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .sort(([name, value], [otherName, otherValue]) => byUnits(name, otherName) || byUnits(value, otherValue))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&')
}
