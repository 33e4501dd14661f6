import fc from 'fast-check'
import { expect } from 'vitest'
import { nextRuns } from '../../src/schedule/next-runs.ts'
import { parseSchedule } from '../../src/schedule/parse-schedule.ts'
import { robfigRuns } from './robfig-oracle.ts'

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const weekdays = 'sun mon tue wed thu fri sat'.split(' ')

/** A field that robfig accepts, its odd forms included. */
function field(min: number, max: number, names: readonly string[] = []): fc.Arbitrary<string> {
  const digits = fc.integer({ min, max }).map(String)
  const named = fc
    .tuple(fc.constantFrom(...(names.length === 0 ? [String(max)] : names)), fc.boolean())
    .map(([name, upper]) => (upper ? name.toUpperCase() : name))
  const value = fc.oneof(
    { weight: 8, arbitrary: digits },
    { weight: 1, arbitrary: digits.map((text) => `+${text}`) },
    { weight: 1, arbitrary: digits.map((text) => `0${text}`) },
    { weight: 4, arbitrary: named },
  )
  const span = fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
  const step = fc.oneof(fc.integer({ min: 1, max: 7 }), fc.constantFrom(12, 15, 30, 100)).map(String)
  const star = fc.constantFrom('*', '?')
  const item = fc.oneof(
    { weight: 3, arbitrary: star },
    { weight: 5, arbitrary: value },
    { weight: 3, arbitrary: span },
    { weight: 3, arbitrary: fc.tuple(star, step).map((parts) => parts.join('/')) },
    { weight: 2, arbitrary: fc.tuple(value, step).map((parts) => parts.join('/')) },
    { weight: 2, arbitrary: fc.tuple(span, step).map((parts) => parts.join('/')) },
    { weight: 1, arbitrary: fc.constantFrom('*-5', '*-L', '?-9/2', '*-1-2/1') },
  )
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    { weight: 4, arbitrary: item },
    { weight: 3, arbitrary: fc.array(item, { minLength: 2, maxLength: 4 }).map((items) => items.join(',')) },
    { weight: 1, arbitrary: item.map((text) => `,${text},`) },
    { weight: 1, arbitrary: fc.tuple(item, item).map((items) => items.join(',,')) },
  )
}

/** Five fields that robfig accepts. */
export const expressions = fc
  .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12, months), field(0, 6, weekdays))
  .map((fields) => fields.join(' '))
export const instants = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2031, 0, 1) })

/** Asserts that an expression fires when robfig fires, or is refused when it never does. */
export function agree(expression: string, after: number): void {
  const expected = robfigRuns(expression, after, 6)
  if (expected.length === 0) {
    expect(() => parseSchedule(expression, 'UTC')).toThrow('it would never fire')
  } else {
    expect(nextRuns(parseSchedule(expression, 'UTC'), after, expected.length)).toEqual(expected)
  }
}
