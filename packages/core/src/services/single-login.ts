import type { UrlLogin } from '../git/url-login.ts'
import { originOf } from '../git/url-origin.ts'
import type { OriginLogin } from './keep-login.ts'

interface UrlWithLogin {
  readonly url: string
  readonly login: UrlLogin | null
}

/** The login of both URLs of a remote, which has room for one: they agree, or only one of them holds any. */
export function singleLogin(
  fetchUrl: UrlWithLogin,
  pushUrl: UrlWithLogin,
): { readonly login: OriginLogin | null } | { readonly problem: string } {
  const [first, second] = [fetchUrl, pushUrl].flatMap(({ url, login }): OriginLogin[] => {
    const origin = originOf(url)
    return login === null || origin === undefined ? [] : [{ origin, login }]
  })
  if (first && second && !(first.origin === second.origin && first.login.equals(second.login))) {
    return { problem: 'the URLs for fetching and pushing hold different logins; a remote has one credential' }
  }
  return { login: first ?? second ?? null }
}
