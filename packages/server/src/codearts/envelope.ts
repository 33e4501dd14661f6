import type { Context } from 'hono'
import type { Failure } from './failure.ts'

/** `result` is absent where an operation has none. */
export function answerSuccess(c: Context, result: unknown): Response {
  return c.json({ ...(result !== undefined && { result }), status: 'success' })
}

/** `status` is what the published table of errors has; newer pages list `fail`, and no page `error`. */
export function answerFailure(c: Context, { code, message, retryAfterSeconds, status }: Failure): Response {
  if (retryAfterSeconds !== undefined) c.header('Retry-After', String(retryAfterSeconds))
  return c.json({ error: { code, message }, status: 'failed' }, status)
}
