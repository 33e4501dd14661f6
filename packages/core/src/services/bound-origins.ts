import type { RemoteRow } from '../contract/index.ts'
import { hasSameOrigins, originsOf } from '../git/url-origin.ts'

type Urls = Pick<RemoteRow, 'fetch_url' | 'push_url'>
type Bound = Urls & Pick<RemoteRow, 'problem' | 'bound_to' | 'ssh_key_id' | 'credential_id'>

/**
 * Whether a remote leads where its key and its credential were bound to. Of one that was forbidden meanwhile the
 * URLs are stored cut short, and only `bound_to` tells.
 */
export const isStillBound = (before: Bound, now: Urls): boolean =>
  before.bound_to === null ? hasSameOrigins(before, now) : before.bound_to === writtenOrigins(now)

/** What is to be remembered of a remote whose URLs are forbidden from now on, or still are; `null`: nothing. */
export function boundOrigins(before: Bound | undefined): string | null {
  if (before === undefined || before.problem !== null) return before?.bound_to ?? null
  const isBound = before.ssh_key_id !== null || before.credential_id !== null
  return isBound ? writtenOrigins(before) : null
}

function writtenOrigins(urls: Urls): string | null {
  const { fetch, push } = originsOf(urls)
  return fetch === undefined || push === undefined ? null : `${fetch} ${push}`
}
