import { GitferryError } from '@gitferry/core/errors'
import { endpoints } from '@gitferry/core/wire'
import type { MiddlewareHandler } from 'hono'
import { isLoopback } from '../address.ts'
import type { AppEnv, ClientAddress } from '../app-env.ts'
import { pageAddresses } from '../pages/addresses.ts'

const forwarded = ['Forwarded', 'X-Forwarded-For', 'X-Real-IP']
const credentials = ['Authorization', 'X-Auth-Token']

const openPaths: ReadonlySet<string> = new Set([
  endpoints['system.health'].path,
  pageAddresses.healthz.path,
  pageAddresses.readyz.path,
])

const isOpen = (path: string): boolean => openPaths.has(path) || path.startsWith('/api/webhooks/')

function refuse(message: string): never {
  throw new GitferryError('UNAUTHENTICATED', message)
}

/**
 * Who may ask while there are no tokens: callers on this machine, and not through a proxy, whose word about the
 * real caller nobody has vouched for. With `insecure` everybody may. A credential is refused rather than ignored:
 * whoever sends one believes that it is checked. The health addresses are open to all, and so are webhooks, which
 * are signed instead. A refusal stands in the request log and leaves no audit entry: a stranger could fill a log from
 * which nothing is ever removed.
 */
export function access(options: {
  readonly clientAddress: ClientAddress
  readonly insecure: boolean
}): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (!isOpen(c.req.path)) {
      if (credentials.some((name) => c.req.header(name) !== undefined)) {
        refuse('No tokens are configured here, so none is valid. Send the request without a credential.')
      }
      if (!options.insecure) {
        const address = options.clientAddress(c)
        if (address === undefined || !isLoopback(address)) {
          refuse(
            'Only callers on the server’s own machine are answered. Start it with --insecure to answer all.',
          )
        }
        if (forwarded.some((name) => c.req.header(name) !== undefined)) {
          refuse('The request came through a proxy that is not trusted. Ask the server directly.')
        }
      }
    }
    await next()
  }
}
