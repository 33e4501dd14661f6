import type { ErrorCode } from '@gitferry/core/errors'
import type { Logger } from '@gitferry/core/ports'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv, ClientAddress } from '../app-env.ts'

/** Refusals that somebody ought to look at: they come from a stranger or from a wrong setting. */
const suspicious = new Set<ErrorCode>(['HOST_NOT_ALLOWED', 'ORIGIN_NOT_ALLOWED', 'UNAUTHENTICATED'])

/**
 * One line a request: never its query, its headers or its body. The cause of a server’s own error goes here, and
 * nowhere else.
 */
export function requestLog(options: {
  readonly clientAddress: ClientAddress
  readonly logger: Logger
}): MiddlewareHandler<AppEnv> {
  const { clientAddress, logger } = options
  return async (c, next) => {
    const started = performance.now()
    await next()
    const error = c.get('error')
    const fields = {
      method: c.req.method,
      // still encoded: a decoded path can hold line ends
      path: new URL(c.req.url).pathname,
      status: c.res.status,
      duration_ms: Math.round(performance.now() - started),
      ip: clientAddress(c) ?? null,
      request_id: c.get('requestId'),
    }
    if (error === undefined) logger.info('request', fields)
    else if (error.status >= 500) logger.error('request failed', { ...fields, error })
    else if (suspicious.has(error.code)) logger.warn('request refused', { ...fields, error_code: error.code })
    else logger.info('request refused', { ...fields, error_code: error.code })
  }
}
