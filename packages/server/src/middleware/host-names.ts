import { GitferryError } from '@gitferry/core/errors'
import type { MiddlewareHandler } from 'hono'
import { allowedHostName, hostNameOf } from '../host-name.ts'

function nameOrRefuse(given: string): string {
  const name = allowedHostName(given)
  if (name !== undefined) return name
  throw new GitferryError(
    'INVALID_INPUT',
    `hostNames: ${JSON.stringify(given)} is not a host name or address; give it without a scheme, port or path`,
    { details: { field: 'hostNames' } },
  )
}

/**
 * Answers only requests that are meant for this server: a page on a foreign name that was pointed at this address
 * (DNS rebinding) is refused. A request without `Host`, or with two, is refused too. A refusal stands in the request
 * log and leaves no audit entry: a stranger could fill a log from which nothing is ever removed.
 * @throws INVALID_INPUT when `names` holds something that is no host
 */
export function hostNames(names: readonly string[]): MiddlewareHandler {
  const allowed = new Set(names.map(nameOrRefuse))
  return async (c, next) => {
    const header = hostNameOf(c.req.header('Host') ?? '')
    // the request line may carry a whole address, and that one is what counts (RFC 9112, 3.2.2)
    const target = hostNameOf(new URL(c.req.url).host)
    if (header === undefined || target === undefined || !allowed.has(header) || !allowed.has(target)) {
      throw new GitferryError(
        'HOST_NOT_ALLOWED',
        'The Host header names a host that this server does not answer for. Name it with --host-name.',
      )
    }
    await next()
  }
}
