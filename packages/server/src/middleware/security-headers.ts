import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'

/**
 * Tells browsers to do nothing with an answer but hand it to the script that asked: no sniffing, no frames, no
 * content of its own, no copy kept. What says otherwise for itself (the page that shows the API’s description) is
 * believed.
 */
export function securityHeaders(): MiddlewareHandler {
  const secure = secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    xFrameOptions: 'DENY',
    // the server speaks plain http; whoever puts TLS in front decides about this one
    strictTransportSecurity: false,
    xDownloadOptions: false,
    xXssProtection: false,
  })
  return async (c, next) => {
    let policy: string | null = null
    await secure(c, async () => {
      await next()
      policy = c.res.headers.get('Content-Security-Policy')
    })
    if (policy !== null) c.res.headers.set('Content-Security-Policy', policy)
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
  }
}
