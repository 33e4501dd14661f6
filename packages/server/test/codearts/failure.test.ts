import { type ErrorCode, errorCodes, GitferryError } from '@gitferry/core/errors'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { answerFailure } from '../../src/codearts/envelope.ts'
import { failureOf } from '../../src/codearts/failure.ts'
import { problemWithPrefix } from '../../src/codearts/prefix.ts'

const failure = (code: ErrorCode, message = 'Why.', details = {}) =>
  failureOf(new GitferryError(code, message, { details }))

describe('a failure is told', () => {
  it.each<[ErrorCode, number, string]>([
    ['RATE_LIMITED', 504, 'CH.080504'],
    ['CLOSED', 504, 'CH.080504'],
    ['REQUEST_TIMEOUT', 504, 'CH.080504'],
    ['GIT_TIMEOUT', 504, 'CH.080504'],
    ['GIT_UNREACHABLE', 504, 'CH.080504'],
    ['ABORTED', 504, 'CH.080504'],
    ['PAYLOAD_TOO_LARGE', 400, 'CH.010001'],
    ['CONTENT_TOO_LARGE', 400, 'CH.010001'],
    ['HEADERS_TOO_LARGE', 400, 'CH.010001'],
    ['UNSUPPORTED_MEDIA_TYPE', 400, 'CH.010001'],
    ['UNSUPPORTED', 400, 'CH.010001'],
    ['GIT_AUTH_FAILED', 400, 'CH.010001'],
    ['STORAGE_FAILED', 500, 'CH.000001'],
    ['DISK_FULL', 500, 'CH.000001'],
  ])('%s as %i %s', (code, status, published) => {
    expect(failure(code)).toMatchObject({ status, code: published })
  })

  it('as one of the server only where this server is at fault', () => {
    const codes = (Object.keys(errorCodes) as ErrorCode[]).filter((code) => failure(code).status === 500)
    const own = ['NOT_A_REPOSITORY', 'PATH_OUTSIDE_ROOTS', 'PATH_NOT_OWNED']
    expect(codes.filter((code) => errorCodes[code].status !== 500).sort()).toEqual(own.sort())
  })

  it('with when to come again, where that is known', async () => {
    const app = new Hono()
    app.get('/:seconds', (c) => {
      const seconds = c.req.param('seconds')
      return answerFailure(
        c,
        failure('RATE_LIMITED', 'Busy.', seconds === 'none' ? {} : { retry_after_seconds: Number(seconds) }),
      )
    })
    expect((await app.request('/30')).headers.get('Retry-After')).toBe('30')
    expect((await app.request('/none')).headers.has('Retry-After')).toBe(false)
  })

  it('by the fields that the caller has sent', () => {
    const fields = { path: 'file_path', 'actions.*.path': 'actions.*.file_path' }
    const told = (message: string) =>
      failureOf(new GitferryError('INVALID_INPUT', message), { fields }).message
    expect(told('path: must be text; actions.12.path: must not hold "path: x"; ref: is not')).toBe(
      'file_path: must be text; actions.12.file_path: must not hold "path: x"; ref: is not',
    )
    expect(told('constructor: is not known')).toBe('constructor: is not known')
  })

  it('without a word of what is there to whoever has no role in it', () => {
    const message = 'This needs the role of viewer (20) in the repository 7.'
    expect(failure('ROLE_MISSING', message, { held: null }).message).toMatch(/^No Permission\. Ask an admin/)
    expect(failure('ROLE_MISSING', message, { held: 20 }).message).toBe(message)
  })
})

describe('the routes may not stand under', () => {
  it.each(['/api', '/api/v1', '/healthz', '/readyz', '/metrics', '/.', '/x/..', '/x/./y', '//x', '/x/', 'x'])(
    '%s',
    (prefix) => {
      expect(problemWithPrefix(prefix)).toMatch(/^must /)
    },
  )

  it.each(['', '/codearts', '/x/api', '/apis', '/.x', '/x..'])('and may under %j', (prefix) => {
    expect(problemWithPrefix(prefix)).toBeUndefined()
  })
})
