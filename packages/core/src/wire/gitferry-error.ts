import { type ErrorCode, errorCodes } from './error-codes.ts'

const brand: unique symbol = Symbol.for('gitferry.error')

/** Plain data that goes with an error to the caller. Never a secret, never a raw URL. */
export type ErrorDetails = Readonly<Record<string, unknown>>

export interface GitferryErrorOptions {
  readonly details?: ErrorDetails | undefined
  /** Logged on this side, never sent. */
  readonly cause?: unknown
  /** The request during which it happened, as the server numbered it. */
  readonly requestId?: string | undefined
}

/**
 * The one error class, on both ends of the wire. `code` is for the program, `message` for the person: what
 * failed, on what, why, and what to do. `status` and `retryable` follow from the code.
 */
export class GitferryError extends Error {
  readonly [brand] = true
  readonly code: ErrorCode
  readonly status: number
  readonly retryable: boolean
  readonly details: ErrorDetails
  readonly requestId: string | undefined

  constructor(code: ErrorCode, message: string, options: GitferryErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GitferryError'
    this.code = code
    const { status, retryable } = errorCodes[code]
    this.status = status
    this.retryable = retryable
    this.details = options.details ?? {}
    this.requestId = options.requestId
  }
}

/**
 * Tells gitferry's errors from others, by brand and code and not by `instanceof`: two copies of this module
 * in one process recognise each other's errors.
 */
export function isGitferryError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: Code,
): error is GitferryError & { readonly code: Code } {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false
  return code === undefined || (error as GitferryError).code === code
}
