import { GitferryError } from '@gitferry/core/errors'

/** `token68` of RFC 9110, 11.2. */
const token68 = /^[A-Za-z0-9._~+/-]+=*$/

function refuse(message: string): never {
  throw new GitferryError('UNAUTHENTICATED', message)
}

/** A header that is sent twice arrives as a list, which is no token. */
function bearerToken(authorization: string | null): string | undefined {
  if (authorization === null) return undefined
  const [, scheme = '', token = ''] = /^(\S*) *(.*)$/.exec(authorization) ?? []
  if (scheme.toLowerCase() !== 'bearer') {
    refuse('Authorization: is of a scheme that is not taken here. Send “Authorization: Bearer” and a token.')
  }
  if (!token68.test(token)) refuse('Authorization: must hold one token after “Bearer”, and nothing more.')
  return token
}

function plainToken(authToken: string | null): string | undefined {
  if (authToken === null) return undefined
  return token68.test(authToken) ? authToken : refuse('X-Auth-Token: must hold one token, and nothing more.')
}

/**
 * The token that a request shows, as `Authorization: Bearer …` (RFC 6750, 2.1) or as `X-Auth-Token`; `undefined` when it
 * shows nothing. Nobody knows yet whether it is good.
 * @throws UNAUTHENTICATED when it shows what is no token, or two
 */
export function shownToken(headers: Headers): string | undefined {
  const bearer = bearerToken(headers.get('Authorization'))
  const plain = plainToken(headers.get('X-Auth-Token'))
  if (bearer !== undefined && plain !== undefined && bearer !== plain) {
    refuse('Authorization and X-Auth-Token hold different tokens. Send one of them.')
  }
  return bearer ?? plain
}
