import { describe, expect, it } from 'vitest'
import {
  type ErrorCode,
  errorCodes,
  errorTitles,
  fromUnknown,
  GitferryError,
  isErrorCode,
  isGitferryError,
} from '../../src/errors/index.ts'

const codes = Object.keys(errorCodes) as ErrorCode[]

describe('an error made of whatever was thrown', () => {
  it.each(codes)('is %s itself, when it was gitferry’s', (code) => {
    const error = new GitferryError(code, 'as it was')
    expect(fromUnknown(error)).toBe(error)
  })

  it('is the error itself, also when another copy of the module made it', () => {
    const foreign = Object.assign(new Error('from elsewhere'), {
      [Symbol.for('gitferry.error')]: true,
      code: 'RUN_NOT_FOUND',
    })
    expect(fromUnknown(foreign)).toBe(foreign)
    expect(isGitferryError(foreign)).toBe(true)
    expect(isGitferryError(foreign, 'RUN_NOT_FOUND')).toBe(true)
    expect(isGitferryError(foreign, 'REPO_NOT_FOUND')).toBe(false)
  })

  it('is ABORTED when a signal was followed', () => {
    const { reason } = AbortSignal.abort()
    const error = fromUnknown(reason)
    expect(error).toMatchObject({ code: 'ABORTED', retryable: true })
    expect(error.cause).toBe(reason)
  })

  const secret = 'hunter2'
  it.each<[string, unknown]>([
    ['an error', new Error(secret)],
    ['a type error', new TypeError(secret)],
    ['an error with a code of Node', Object.assign(new Error(secret), { code: 'ENOENT' })],
    [
      'an error with a code that gitferry has too',
      Object.assign(new Error(secret), { code: 'RUN_NOT_FOUND' }),
    ],
    ['another exception of the DOM', new DOMException(secret, 'TimeoutError')],
    ['text', secret],
    ['a number', 5],
    ['a symbol', Symbol(secret)],
    ['an object', { message: secret, code: 'REPO_EXISTS' }],
    ['null', null],
  ])('is INTERNAL for %s: a constant message, the original as the cause', (_, thrown) => {
    const error = fromUnknown(thrown)
    expect(error).toBeInstanceOf(GitferryError)
    expect(error).toMatchObject({ code: 'INTERNAL', status: 500, retryable: false, details: {} })
    expect(error.message).toBe('An internal error happened; the log has its cause.')
    expect(error.cause).toBe(thrown)
  })

  it('is INTERNAL for nothing at all', () => {
    expect(fromUnknown(undefined).code).toBe('INTERNAL')
  })
})

describe('an error of gitferry', () => {
  it('takes its status and whether a retry can help from its code', () => {
    for (const code of codes) {
      const { status, retryable } = new GitferryError(code, 'x')
      expect({ status, retryable }, code).toEqual({
        status: errorCodes[code].status,
        retryable: errorCodes[code].retryable,
      })
    }
  })

  it('has details, a cause and a request id only when they are given', () => {
    const bare = new GitferryError('INTERNAL', 'x')
    expect(bare.details).toEqual({})
    expect(bare.requestId).toBeUndefined()
    expect('cause' in bare).toBe(false)
    const cause = new Error('why')
    const full = new GitferryError('INTERNAL', 'x', { cause, details: { id: 1 }, requestId: 'r' })
    expect(full).toMatchObject({ name: 'GitferryError', message: 'x', details: { id: 1 }, requestId: 'r' })
    expect(full.cause).toBe(cause)
  })

  it.each([[null], [undefined], ['INTERNAL'], [5], [new Error('x')], [{ code: 'INTERNAL' }]])(
    'is not %j',
    (value) => {
      expect(isGitferryError(value)).toBe(false)
    },
  )
})

describe('an error code', () => {
  it.each(codes)('%s has a status of an error, and a title', (code) => {
    expect(errorCodes[code].status).toBeGreaterThanOrEqual(400)
    expect(errorCodes[code].status).toBeLessThan(600)
    expect(errorTitles[code]).toMatch(/^\S.*[^.\s]$/)
    expect(isErrorCode(code)).toBe(true)
  })

  it.each([
    ['toString'],
    ['constructor'],
    ['__proto__'],
    ['internal'],
    [''],
    [5],
    [null],
    [undefined],
    [['INTERNAL']],
  ])('is not %j', (value) => {
    expect(isErrorCode(value)).toBe(false)
  })
})
