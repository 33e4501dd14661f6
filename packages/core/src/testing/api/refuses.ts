import assert from 'node:assert/strict'
import { type ErrorCode, errorCodes } from '../../wire/error-codes.ts'
import { type GitferryError, isGitferryError } from '../../wire/gitferry-error.ts'

export interface Refusal {
  /** The field that `details.field` must name. */
  readonly field?: string
  /** What is tried, for the message of a failed case. */
  readonly of?: unknown
}

/**
 * Awaits a refusal with one of `codes`, and answers it. Checked as well: status and retryable are the table's, and
 * the message is a sentence for a person.
 */
export async function refuses(
  call: Promise<unknown>,
  codes: ErrorCode | readonly ErrorCode[],
  { field, of }: Refusal = {},
): Promise<GitferryError> {
  const expected = typeof codes === 'string' ? [codes] : codes
  const what = of === undefined ? '' : ` for ${JSON.stringify(of)}`
  const error = await call.then(
    (answer: unknown) =>
      assert.fail(`expected ${expected.join(' or ')}${what}, got ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  )
  if (error instanceof assert.AssertionError) throw error
  assert.ok(isGitferryError(error), `expected a GitferryError${what}, got ${String(error)}`)
  assert.ok(
    expected.includes(error.code),
    `expected ${expected.join(' or ')}${what}, got ${error.code}: ${error.message}`,
  )
  assert.equal(error.status, errorCodes[error.code].status)
  assert.equal(error.retryable, errorCodes[error.code].retryable)
  assert.notEqual(error.message, '')
  if (field !== undefined) assert.equal(error.details.field, field, `details.field${what}: ${error.message}`)
  return error
}
