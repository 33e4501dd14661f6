import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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

const expressions = fc
  .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12, months), field(0, 6, weekdays))
  .map((fields) => fields.join(' '))
const instants = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2031, 0, 1) })

function agree(expression: string, after: number): void {
  const expected = robfigRuns(expression, after, 6)
  if (expected.length === 0) {
    expect(() => parseSchedule(expression, 'UTC')).toThrow('it would never fire')
  } else {
    expect(nextRuns(parseSchedule(expression, 'UTC'), after, expected.length)).toEqual(expected)
  }
}

describe('an expression that robfig accepts fires when robfig fires', () => {
  it('on 3000 expressions of a fixed seed', () => {
    fc.assert(fc.property(expressions, instants, agree), { seed: 20_270_328, numRuns: 3_000 })
  })

  it('on 500 expressions of a new seed', () => {
    fc.assert(fc.property(expressions, instants, agree), { numRuns: 500 })
  })

  it.each([
    '0 0 , * 1',
    '0 0 13 * ,',
    ', * * * *',
    '* , * * *',
    '* * * , *',
    '0 0 , * *',
    '0 0 * * ,',
    '0 0 , * ,',
    '0 0 30 2 ,',
    '0 0 30 2 *',
    '0 0 30 2 1',
    '0 0 30 2 */1',
    '0 0 30 2 */2',
    '0 0 31 4,6,9,11 *',
    '0 0 31 2-4 *',
    '0 0 29 2 *',
    '0 0 29 2 mon',
    '0 0 1-31 * 1',
    '0 0 1 * 0-6',
    '0 0 31,* 2 1',
  ])('when one day field decides or both do: %s', (expression) => {
    agree(expression, Date.UTC(2026, 6, 1))
  })

  it.each([
    '9-4',
    '1-2-3',
    '1/2/3',
    '5/',
    '/5',
    '*/0',
    '*/-1',
    '60',
    '-1',
    'x',
    '*5',
    '5*',
    '**',
    '0x5',
    '1e1',
  ])('and is refused where robfig refuses it: minute %s', (minute) => {
    expect(() => robfigRuns(`${minute} * * * *`, 0, 1)).toThrow()
    expect(() => parseSchedule(`${minute} * * * *`, 'UTC')).toThrow('minute')
  })
})
