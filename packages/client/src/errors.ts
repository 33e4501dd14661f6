import { type ErrorDetails, GitferryError, isErrorCode } from '@gitferry/core/wire'

/** How much of a foreign answer an error quotes, in characters. */
const quoted = 200

/** The JSON value in `text`, or `undefined` when there is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The error that the server threw, from the envelope that carried it; `undefined` when the body is no such
 * envelope. A code of a newer server, unknown here, becomes `UNEXPECTED_RESPONSE` with the server's message.
 */
export function rebuildError(status: number, body: string): GitferryError | undefined {
  const envelope = parseJson(body)
  if (!isObject(envelope) || typeof envelope.message !== 'string') return undefined
  if (!isObject(envelope.error) || typeof envelope.error.code !== 'string') return undefined
  const details: ErrorDetails = isObject(envelope.error.details) ? envelope.error.details : {}
  const requestId = typeof envelope.request_id === 'string' ? envelope.request_id : undefined
  const { code } = envelope.error
  if (isErrorCode(code)) return new GitferryError(code, envelope.message, { details, requestId })
  return new GitferryError('UNEXPECTED_RESPONSE', envelope.message, {
    details: { ...details, status, code },
    requestId,
  })
}

/** An answer that gitferry did not write: a proxy's page, a redirect, another service at that address. */
export function unexpectedResponse(call: string, status: number, body: string): GitferryError {
  const words = body.slice(0, quoted).replace(/\s+/g, ' ').trim()
  const what = words === '' ? 'an empty body' : `"${words}"`
  const seen = status === 0 || (status >= 300 && status < 400) ? 'a redirect, which is not followed' : status
  return new GitferryError(
    'UNEXPECTED_RESPONSE',
    `${call} answered ${seen} with ${what}, which is not gitferry's. Check baseUrl and any proxy between.`,
    { details: { status, body: words } },
  )
}

/** The caller gave up. The signal's own reason is the `cause`. */
export const aborted = (call: string, signal: AbortSignal): GitferryError =>
  new GitferryError('ABORTED', `${call} was given up by its caller.`, { cause: signal.reason })
