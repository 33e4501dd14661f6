import { describe, expect, it } from 'vitest'
import { id, oid, timestamp } from '../../src/contract/index.ts'

describe('an id', () => {
  it.each([1, 2, 9_007_199_254_740_991])('may be %d', (value) => {
    expect(id.parse(value)).toBe(value)
  })

  it.each([
    [0],
    [-1],
    [1.5],
    [2 ** 53],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    ['1'],
    [null],
    [undefined],
    [true],
    [[1]],
    [{}],
  ])('may not be %j', (value) => {
    const messages = id.safeParse(value).error?.issues.map(({ message }) => message)
    expect(new Set(messages)).toEqual(new Set(['must be a positive integer']))
  })
})

describe('an object name', () => {
  it.each(['0123456789abcdef0123456789abcdef01234567', 'f'.repeat(64)])('may be %s', (value) => {
    expect(oid.parse(value)).toBe(value)
  })

  it.each([
    '',
    'abc',
    'a'.repeat(39),
    'a'.repeat(41),
    'a'.repeat(63),
    'A'.repeat(40),
    'g'.repeat(40),
    `${'a'.repeat(40)}\n`,
  ])('may not be %j', (value) => {
    expect(oid.safeParse(value).success).toBe(false)
  })
})

describe('a timestamp', () => {
  it('is what Date writes, in UTC', () => {
    expect(timestamp.safeParse(new Date(0).toISOString()).success).toBe(true)
    expect(timestamp.safeParse('2026-01-01T00:00:00+01:00').success).toBe(false)
    expect(timestamp.safeParse('2026-01-01').success).toBe(false)
  })
})
