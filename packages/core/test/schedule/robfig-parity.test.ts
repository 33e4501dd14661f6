import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSchedule } from '../../src/schedule/parse-schedule.ts'
import { agree, expressions, instants } from './robfig-expressions.ts'
import { robfigRuns } from './robfig-oracle.ts'

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
