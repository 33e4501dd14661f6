import { describe, expect, it } from 'vitest'
import { parseSchedule } from '../../src/schedule/parse-schedule.ts'
import { isGitferryError } from '../../src/wire/gitferry-error.ts'

describe('hostile expressions', () => {
  it.each([
    '* * * * * *',
    '@reboot',
    '0 0 31 2 *',
    '0 0 30 2 *',
    '* * 0 * *',
    '*/0 * * * *',
    '*/-1 * * * *',
    '*/5 * * * * rm -rf /',
    '\uff11 * * * *',
    '0 0 * * MON#9',
    '$(id) * * * *',
    '`id` * * * *',
    '* * * * *\n* * * * *',
    '__proto__ * * * *',
    '@toString',
    'constructor * * * *',
    '* * * * \u202e1',
    'TZ=../../etc/passwd * * * * *',
    `@every ${'9'.repeat(400)}h`,
    `${'9'.repeat(400)} * * * *`,
    `@every ${'1s'.repeat(400)}x`,
    `${'*/'.repeat(400)} * * * *`,
    ' '.repeat(100_000),
    'x'.repeat(1_000_000),
    `H(${'1'.repeat(300)}-2) * * * *`,
  ])('are refused with a short message: %#', (expression) => {
    let thrown: unknown
    try {
      parseSchedule(expression, 'UTC')
    } catch (error) {
      thrown = error
    }
    expect(isGitferryError(thrown, 'SCHEDULE_INVALID')).toBe(true)
    expect((thrown as Error).message.length).toBeLessThan(300)
    expect((thrown as Error).message).toMatch(/^[\x20-\x7e]+$/)
  })

  it.each(['*/5 * * * *', `*/${'9'.repeat(400)} * * * *`, '\u00a0* * * * *\u00a0'])(
    'that are harmless fire: %#',
    (expression) => {
      expect(parseSchedule(expression, 'UTC').next(0)).toBeGreaterThan(0)
    },
  )
})
