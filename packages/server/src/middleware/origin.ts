import { GitferryError } from '@gitferry/core/errors'
import type { MiddlewareHandler } from 'hono'

const harmless = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a page of `origin` is a page of the server that `host` (a `Host` value) names. */
function sameOrigin(origin: string, host: string): boolean {
  const page = URL.parse(origin)
  if (page === null || (page.protocol !== 'http:' && page.protocol !== 'https:')) return false
  // a proxy may have taken TLS off, so the scheme is the page’s in both
  return page.host === URL.parse(`${page.protocol}//${host}`)?.host
}

/**
 * Refuses changes that a browser sends on behalf of a foreign page: another host or port in `Origin`, `Origin: null`,
 * or a `Sec-Fetch-Site` that says so. Callers that are no browsers send neither. A refusal stands in the request log
 * and leaves no audit entry: any page that somebody visits could fill a log from which nothing is ever removed.
 */
export function origin(allowed: readonly string[]): MiddlewareHandler {
  const origins = new Set(allowed)
  return async (c, next) => {
    if (!harmless.has(c.req.method)) {
      const from = c.req.header('Origin')
      const site = c.req.header('Sec-Fetch-Site')
      const listed = from !== undefined && origins.has(from)
      const foreignOrigin = from !== undefined && !listed && !sameOrigin(from, c.req.header('Host') ?? '')
      const foreignSite = site !== undefined && site !== 'same-origin' && site !== 'none' && !listed
      if (foreignOrigin || foreignSite) {
        throw new GitferryError(
          'ORIGIN_NOT_ALLOWED',
          'A page of another origin may not change anything here. Send the request from this server’s own pages, or from a program.',
        )
      }
    }
    await next()
  }
}
