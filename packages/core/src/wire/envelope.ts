import type { ErrorCode } from './error-codes.ts'
import type { ErrorDetails } from './gitferry-error.ts'

/** What a success looks like on the wire. */
export interface SuccessEnvelope<Data> {
  readonly code: 0
  readonly message: 'success'
  readonly data: Data
}

/** What an error looks like on the wire; `code` is the HTTP status. */
export interface ErrorEnvelope {
  readonly code: number
  readonly message: string
  readonly data: null
  readonly error: { readonly code: ErrorCode; readonly details: ErrorDetails }
  readonly request_id: string
}
