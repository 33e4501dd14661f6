import { fromUnknown } from '@gitferry/core/errors'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppEnv } from '../app-env.ts'

/** As git-http-backend(1) has it: what is answered holds for this moment alone. */
export const notCached = {
  'Cache-Control': 'no-cache, max-age=0, must-revalidate',
  Expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  Pragma: 'no-cache',
}

/**
 * Answers a git client whatever was thrown, as plain text: git shows that to people. On a 401 git asks its user, or its
 * helper, for a user name and a password.
 */
export function answerGitError(thrown: unknown, c: Context<AppEnv>): Response {
  const error = fromUnknown(thrown)
  c.set('error', error)
  const headers: Record<string, string> = { ...notCached, 'Content-Type': 'text/plain; charset=utf-8' }
  if (error.status === 401) headers['WWW-Authenticate'] = 'Basic realm="gitferry", charset="UTF-8"'
  if (error.status === 429) headers['Retry-After'] = String(error.details.retry_after_seconds ?? 60)
  return c.body(`${error.message}\n`, error.status as ContentfulStatusCode, headers)
}
