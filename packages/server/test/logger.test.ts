import { GitferryError } from '@gitferry/core/errors'
import { describe, expect, it } from 'vitest'
import { createLogger, type LoggerOptions } from '../src/logger.ts'

function logger(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = []
  return {
    lines,
    log: createLogger({ level: 'info', format: 'json', write: (line) => lines.push(line), ...options }),
  }
}

const cause = new Error('the cause')
const error = new GitferryError('INTERNAL', 'It failed.', { cause })

describe('the log', () => {
  it('as JSON is one object a line', () => {
    const { lines, log } = logger()
    log.warn('two\nlines', { id: 1, path: 'a\nb' })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^[^\n]+\n$/)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      id: 1,
      path: 'a\nb',
      msg: 'two\nlines',
    })
  })

  it('leaves out what is below its level', () => {
    const { lines, log } = logger({ level: 'warn' })
    log.debug('a')
    log.info('b')
    log.warn('c')
    log.error('d')
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['c', 'd'])
  })

  it('tells an error with its code, its stack and its cause, under any name', () => {
    const { lines, log } = logger()
    log.error('failed', { problem: error })
    expect(JSON.parse(lines[0] ?? '').problem).toMatchObject({
      message: 'It failed.',
      code: 'INTERNAL',
      stack: expect.stringContaining('logger.test'),
      cause: { message: 'the cause' },
    })
  })

  it('takes what cannot be written as JSON', () => {
    const { lines, log } = logger()
    const circle: Record<string, unknown> = { big: 1n }
    circle.self = circle
    log.info('odd', { circle, nothing: undefined })
    expect(lines).toHaveLength(1)
  })

  it('for people is one line, with the stack below it', () => {
    const { lines, log } = logger({ format: 'pretty' })
    log.info('run finished', { run_id: 7, status: 'success', name: 'a b' })
    log.error('failed', { error })
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d INFO {2}run finished run_id=7 status=success name="a b"\n$/)
    expect(lines[1]).toMatch(/^\S+ ERROR failed error="It failed\."\n {2}.*\n {4}.*logger\.test/)
  })

  it('for people can neither forge a line nor drive the terminal', () => {
    const { lines, log } = logger({ format: 'pretty' })
    log.info('a\u001b[31m\nb', { name: '\u202egit\r\n12:00:00 INFO forged\u2028' })
    expect(lines.join('')).not.toMatch(/[^\n\P{Cc}]|[\u202e\u2028]/u)
    expect(lines.join('').split('\n')).toHaveLength(2)
  })
})
