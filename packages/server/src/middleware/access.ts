import type { Principal } from '@gitferry/core/contract'
import { GitferryError } from '@gitferry/core/errors'
import { type EndpointName, endpointRights, endpoints } from '@gitferry/core/wire'
import type { Context, MiddlewareHandler } from 'hono'
import { isLoopback } from '../address.ts'
import type { AppEnv, ClientAddress } from '../app-env.ts'
import { pageAddresses } from '../pages/addresses.ts'
import type { ServedGitferry } from '../served.ts'
import { shownToken } from '../shown-token.ts'

/** What proxies add to a request, in small letters; no caller that speaks to this server itself does. */
const ofProxies =
  /^(?:forwarded|via|x-forwarded-.+|x-real-ip|x-client-ip|x-cluster-client-ip|cf-connecting-ip|true-client-ip)$/

/** Whoever shows nothing, where nothing is asked for. */
const anonymous: Principal = { user: 'anonymous' }

const openPaths: ReadonlySet<string> = new Set([
  ...(Object.keys(endpoints) as EndpointName[])
    .filter((name) => endpointRights[name].scope === 'open')
    .map((name) => endpoints[name].path),
  ...Object.values(pageAddresses)
    .filter(({ right }) => right.scope === 'open')
    .map(({ path }) => path),
])

function refuse(message: string): never {
  throw new GitferryError('UNAUTHENTICATED', message)
}

export interface AccessOptions {
  readonly gitferry: Pick<ServedGitferry, 'asksForCredentials' | 'authenticate'>
  readonly clientAddress: ClientAddress
  readonly insecure: boolean
}

/** In whose name a request is made. @throws UNAUTHENTICATED when it is refused */
export type Admit = (c: Context<AppEnv>) => Promise<Principal>

/**
 * Who may ask, and in whose name. A token that is shown is always checked: whoever sends one believes that it is. Once a
 * token was made, everybody is asked for one. Until then callers on this machine are answered, unless they come
 * through a proxy, whose word about the real caller nobody has vouched for: by a header that proxies add, or by HTTP/1.0,
 * which nginx speaks where nothing else is said (`proxy_http_version`); with `insecure`, everybody. When nobody can
 * tell whether there are tokens, nobody is let in. The health addresses are open to all, and so are webhooks, which are
 * signed instead; what else such a request shows is not looked at. A refusal stands in the request log and leaves no
 * audit entry: a stranger could fill a log from which nothing is ever removed.
 */
export function admission({ clientAddress, gitferry, insecure }: AccessOptions): Admit {
  return async (c) => {
    const token = shownToken(c.req.raw.headers)
    if (token !== undefined) return gitferry.authenticate(token)
    if (await gitferry.asksForCredentials()) {
      refuse('This server asks for a token. Send it as “Authorization: Bearer …”, or as X-Auth-Token.')
    }
    if (insecure) return anonymous
    const address = clientAddress(c)
    if (address === undefined || !isLoopback(address)) {
      refuse(
        'Without tokens, only callers on the server’s own machine are answered. Make one there with “gitferry token create”.',
      )
    }
    if ([...c.req.raw.headers.keys()].some((name) => ofProxies.test(name))) {
      refuse(
        'The request came through a proxy, and shows no token. Make one with “gitferry token create”, or ask the server directly.',
      )
    }
    // nginx adds nothing unless it is told to, and asks like this
    if (Number(c.env?.httpVersion ?? 1.1) < 1.1) {
      refuse(
        'The request is HTTP/1.0, as proxies send it, and shows no token: it may be anybody’s. Make a token with “gitferry token create”, or ask the server directly, with HTTP/1.1.',
      )
    }
    return anonymous
  }
}

/** Admits every request but those to open addresses, before anything else looks at it. */
export function access(admit: Admit): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (openPaths.has(c.req.path)) c.set('principal', anonymous)
    else {
      c.set('principal', await admit(c))
      c.set('admitAgain', () => admit(c))
    }
    await next()
  }
}
