import { signatureScheme } from '@gitferry/core'
import type { Principal } from '@gitferry/core/contract'
import { fromUnknown, GitferryError } from '@gitferry/core/errors'
import type { Context, MiddlewareHandler } from 'hono'
import type { AppEnv, ClientAddress } from '../app-env.ts'
import { BodyAllowance } from '../body/body-allowance.ts'
import { readBytes } from '../body/read-bytes.ts'
import { SharedAllowance } from '../body/shared-allowance.ts'
import { fromRequest } from '../from-request.ts'
import type { ServedGitferry } from '../served.ts'
import { shownToken } from '../shown-token.ts'
import { codeArtsBodyLimit } from './body-limit.ts'
import { answerUnauthenticated, type Shown } from './gateway-refusal.ts'

/**
 * Bodies that are being read at the same time, together: of callers whose token is good, and, apart from them, of whoever
 * names an access key, who is a stranger until the body was read. One address of those has half of it.
 */
const bodiesLimitBytes = 128 * 1024 * 1024

export interface CodeArtsAuthenticationOptions {
  readonly gitferry: Pick<ServedGitferry, 'authenticate' | 'authenticateSignature'>
  readonly clientAddress: ClientAddress
}

/**
 * Who may ask on the CodeArts routes, and in whose name: whoever shows a token (`X-Auth-Token`, or as `Authorization:
 * Bearer`), or signs the request with an access key (AK/SK). A credential is always asked for, also from this machine and
 * where no token was ever made, because the vendor’s gateway does so and its clients always send one; everybody else gets
 * that gateway’s 401. These routes are mounted before `access`, which knows no signatures and lets more people in.
 *
 * Of a request that shows both, the signature must be good, and the token is not looked at: no signature is over it,
 * so anybody on the way could have put it there or changed it, and it must neither widen nor replace what is signed.
 *
 * Sets the principal, complete for `gitferry.as`, and `readBody`. A body is read for a signature by an access key that may
 * sign, and else when a route asks for it: of a caller who is not known, nothing is. A proxy before this server must leave the path, the query and the `Host` header (with its port) alone.
 */
export function codeArtsAuthentication({
  clientAddress,
  gitferry,
}: CodeArtsAuthenticationOptions): MiddlewareHandler<AppEnv> {
  const known = new BodyAllowance({ limitBytes: bodiesLimitBytes })
  const signers = new SharedAllowance({ limitBytes: bodiesLimitBytes, limitBytesOfOne: bodiesLimitBytes / 2 })

  async function admit(c: Context<AppEnv>, shown: Shown): Promise<Principal> {
    const { headers, method, url } = c.req.raw
    if (shown === 'signature') {
      const { pathname, search } = new URL(url)
      const body = c.get('readBody')
      return gitferry.authenticateSignature({ method, url: pathname + search, headers, body })
    }
    const token = shownToken(headers)
    if (token !== undefined) return gitferry.authenticate(token)
    throw new GitferryError(
      'UNAUTHENTICATED',
      'These addresses always ask for a credential. Send a token as X-Auth-Token, or sign the request with an access key.',
    )
  }

  return async (c, next) => {
    const { headers, method, url } = c.req.raw
    const shown = shownBy(headers)
    let reading: Promise<Uint8Array> | undefined
    c.set('readBody', () => {
      const allowance = shown === 'signature' ? signers.of(clientAddress(c) ?? '') : known
      reading ??= readBytes(c.req.raw, codeArtsBodyLimit(method, new URL(url).pathname), allowance)
      return reading
    })
    try {
      c.set('principal', fromRequest(await admit(c, shown), c, clientAddress))
    } catch (thrown) {
      const error = fromUnknown(thrown)
      if (error.code !== 'UNAUTHENTICATED') throw thrown
      return answerUnauthenticated(error, shown, c)
    }
    return next()
  }
}

function shownBy(headers: Headers): Shown {
  const authorization = headers.get('Authorization')
  // in whatever letters: what is not the scheme to the letter is refused as a signature, and never taken for a token
  if (authorization?.toUpperCase().startsWith(signatureScheme)) return 'signature'
  return authorization !== null || headers.has('X-Auth-Token') ? 'token' : 'nothing'
}
