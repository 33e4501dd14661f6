import { describe, expect, it } from 'vitest'
import { auditQuery } from '../../src/contract/index.ts'
import { time } from '../../src/contract/time.ts'

describe('a time in a query', () => {
  it.each([
    ['2026-02-03', '2026-02-03T00:00:00.000Z'],
    ['2026-02-03 04:05:06', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03T04:05:06', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03T04:05:06Z', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03T04:05:06.789Z', '2026-02-03T04:05:06.789Z'],
    ['2026-02-03T04:05:06+02:00', '2026-02-03T02:05:06.000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('%s means %s', (given, meant) => {
    expect(time.parse(given)).toBe(meant)
  })

  it.each([
    '',
    'yesterday',
    '2026',
    '2026-02',
    '2026-2-3',
    '2026-02-30',
    '2025-02-29',
    '2026-02-30 00:00:00',
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    '2026-00-01',
    '2026-01-01 24:00:00',
    '2026-01-01T24:00:00Z',
    '2026-01-01 12:60:00',
    '2026-01-01 1:00:00',
    '2026-01-01 12:00',
    ' 2026-01-01',
    '2026-01-01\n',
    '2026-01-01T00:00:00+25:00',
    '+012026-01-01T00:00:00Z',
    '1767225600',
    'Thu, 01 Jan 2026 00:00:00 GMT',
    '２０２６-01-01',
  ])('%j is none', (given) => {
    expect(time.safeParse(given).error?.issues).toMatchObject([
      { message: 'must be RFC 3339 or YYYY-MM-DD[ HH:MM:SS]' },
    ])
  })

  it.each([[5], [null], [true], [new Date(0)], [['2026-01-01']]])('must be text, not %j', (given) => {
    expect(time.safeParse(given).error?.issues).toMatchObject([{ message: 'must be a time' }])
  })
})

describe('the time span of an audit query', () => {
  it('may be open, or one moment', () => {
    const moment = '2026-01-01T00:00:00.000Z'
    expect(auditQuery.parse({ start_time: moment })).toEqual({ start_time: moment })
    expect(auditQuery.parse({ end_time: '2026-01-01' })).toEqual({ end_time: moment })
    expect(auditQuery.parse({ start_time: moment, end_time: '2026-01-01' })).toEqual({
      start_time: moment,
      end_time: moment,
    })
  })

  it('is compared as time, not as text', () => {
    const span = { start_time: '2026-01-01T01:00:00+02:00', end_time: '2026-01-01' }
    expect(auditQuery.safeParse(span).success).toBe(true)
  })

  it('must not end before it begins', () => {
    const { error } = auditQuery.safeParse({ start_time: '2026-01-02', end_time: '2026-01-01' })
    expect(error?.issues).toMatchObject([
      { path: ['start_time'], message: 'must not be later than end_time' },
    ])
  })
})
