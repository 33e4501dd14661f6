import { signatureScheme } from '@gitferry/core'
import type { GitferryError } from '@gitferry/core/errors'
import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'

/** What a caller has shown: a token, a signature, or nothing. */
export type Shown = 'token' | 'signature' | 'nothing'

/** The texts that the vendor’s API gateway has published for APIG.0301, which its clients look for. */
function textOf({ details }: GitferryError, shown: Shown): string {
  if (shown === 'nothing') return 'x-auth-token not found'
  // the owner alone is told: who can show neither the token nor a good signature is not
  if (details.reason === 'expired') return `token expires, expires_at: ${details.expires_at}`
  if (shown === 'token') return 'decrypt token fail'
  if (details.reason === 'too_old') return 'calc ak sk signature fail:signature expired'
  return 'verify aksk signature fail'
}

/**
 * Answers who is not known as the vendor’s gateway does, before any service: 401, and not in the envelope of CodeArts
 * (`error_code`, `error_msg`, `request_id`; the last is in `X-Request-Id` too). An access key that is not known reads
 * like a wrong signature.
 */
export function answerUnauthenticated(error: GitferryError, shown: Shown, c: Context<AppEnv>): Response {
  c.set('error', error)
  const request_id = c.get('requestId')
  const error_msg = `Incorrect IAM authentication information: ${textOf(error, shown)}`
  return c.json({ error_code: 'APIG.0301', error_msg, request_id }, 401, {
    'WWW-Authenticate': `${signatureScheme}, Bearer`,
    'X-Request-Id': request_id,
  })
}
