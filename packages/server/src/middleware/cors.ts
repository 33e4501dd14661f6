import { GitferryError } from '@gitferry/core/errors'
import type { MiddlewareHandler } from 'hono'
import { cors as honoCors } from 'hono/cors'

/**
 * Lets the pages of some origins read answers: an exact list, no patterns, never `null`, and no cookies.
 * A browser’s question whether it may ask shows no token, and is answered here.
 * @throws INVALID_INPUT when one is not an origin as a browser writes it
 */
export function cors(origins: readonly string[]): MiddlewareHandler {
  for (const origin of origins) {
    if (/^https?:[^*]+$/.test(origin) && URL.parse(origin)?.origin === origin) continue
    throw new GitferryError(
      'INVALID_INPUT',
      `corsOrigins: ${JSON.stringify(origin)} is not an origin; write it as https://example.org`,
      { details: { field: 'corsOrigins' } },
    )
  }
  return honoCors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Last-Event-ID', 'X-Auth-Token', 'X-Request-Id'],
    exposeHeaders: ['X-Request-Id'],
    maxAge: 600,
  })
}
