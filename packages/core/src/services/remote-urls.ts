import type { AddRemote, RemoteRow, UpdateRemote } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { RemoteUrlPolicy } from '../git/remote-url.ts'
import { checkUrlWithLogin } from '../git/url-login.ts'
import type { OriginLogin } from './keep-login.ts'
import { singleLogin } from './single-login.ts'

/** The URLs of a remote as they are stored, and the login that stood in them. */
export interface RemoteUrls extends Pick<RemoteRow, 'fetch_url' | 'push_url'> {
  readonly login: OriginLogin | null
}

/**
 * Weighs both URLs of a remote. Pure.
 * @throws URL_FORBIDDEN; INVALID_INPUT when both hold a login, and not the same
 */
function readUrls(given: Pick<RemoteRow, 'fetch_url' | 'push_url'>, policy: RemoteUrlPolicy): RemoteUrls {
  const [fetchUrl, pushUrl] = (['fetch_url', 'push_url'] as const).map((field) => {
    const checked = checkUrlWithLogin(given[field], policy)
    if (!('problem' in checked)) return checked
    throw new GitferryError('URL_FORBIDDEN', `${field}: ${checked.problem}.`, { details: { field } })
  })
  if (fetchUrl === undefined || pushUrl === undefined) throw new TypeError('a remote has two URLs')
  const single = singleLogin(fetchUrl, pushUrl)
  if ('problem' in single) {
    throw new GitferryError('INVALID_INPUT', `push_url: ${single.problem}.`, {
      details: { field: 'push_url' },
    })
  }
  return { fetch_url: fetchUrl.url, push_url: pushUrl.url, login: single.login }
}

/** The URLs of a new remote. @throws URL_FORBIDDEN, INVALID_INPUT */
export const newUrls = (
  { fetch_url, push_url }: Pick<AddRemote, 'fetch_url' | 'push_url'>,
  policy: RemoteUrlPolicy,
): RemoteUrls => readUrls({ fetch_url, push_url: push_url ?? fetch_url }, policy)

/**
 * The URLs that a remote has after a change; `null` when the change carries none. A `push_url` that was the same as
 * `fetch_url` stays so, and `null` makes it so.
 * @throws URL_FORBIDDEN, INVALID_INPUT
 */
export function changedUrls(
  before: Pick<RemoteRow, 'fetch_url' | 'push_url'>,
  given: Pick<UpdateRemote, 'fetch_url' | 'push_url'>,
  policy: RemoteUrlPolicy,
): RemoteUrls | null {
  if (given.fetch_url === undefined && given.push_url === undefined) return null
  const fetch_url = given.fetch_url ?? before.fetch_url
  const follows =
    given.push_url === null || (given.push_url === undefined && before.push_url === before.fetch_url)
  return readUrls({ fetch_url, push_url: follows ? fetch_url : (given.push_url ?? before.push_url) }, policy)
}
