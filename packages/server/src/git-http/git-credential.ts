import { GitferryError } from '@gitferry/core/errors'
import { shownToken } from '../shown-token.ts'

/** RFC 7617, 2: base64 of `user:password`. */
const basic = /^basic +([A-Za-z0-9+/]+=*) *$/i

/**
 * The token that a git client shows: as the password of basic authentication, whatever the user’s name (what git asks a
 * person for), or as every other caller does. `undefined`: it shows none.
 * @throws UNAUTHENTICATED when it shows what is no token
 */
export function gitCredential(headers: Headers): string | undefined {
  const authorization = headers.get('Authorization')
  if (authorization === null || !/^basic\b/i.test(authorization)) return shownToken(headers)
  const [, encoded = ''] = basic.exec(authorization) ?? []
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const password = text.slice(text.indexOf(':') + 1)
  if (!text.includes(':') || password === '') {
    throw tokenNeeded()
  }
  return password
}

/** UNAUTHENTICATED, in words that git shows to whoever it asks. */
export const tokenNeeded = (cause?: unknown): GitferryError =>
  new GitferryError(
    'UNAUTHENTICATED',
    'A token is needed as the password; any user name will do. `gitferry token create` makes one.',
    { cause },
  )
