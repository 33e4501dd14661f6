import { checkRemoteUrl, type RemoteUrlPolicy, type RemoteUrlProblem } from './remote-url.ts'

/** The one place that a secret is sent to. */
export interface CredentialOrigin {
  /** Scheme, host and port as WHATWG URL writes an origin: lower case, without the scheme's own port. */
  readonly origin: string
  /** Canonical, without brackets. */
  readonly host: string
}

const httpUrl = /^(https?:\/\/[^/?#\\]*)(.*)$/is

/**
 * Reads the origin that a secret is for out of the URL of any remote there: its path does not count. The URL is weighed
 * as a remote's would be, so that nobody who reads it takes another host for the one that gets the secret
 * (`https://good.example#@other.example`). Pure.
 * @returns with `isForbidden`, a problem that lies in the rules and not in what was written
 */
export function checkCredentialOrigin(
  raw: string,
  policy: Pick<RemoteUrlPolicy, 'allowOutgoing'>,
): CredentialOrigin | (RemoteUrlProblem & { readonly isForbidden: boolean }) {
  const [, base, rest = ''] = httpUrl.exec(raw) ?? []
  if (base === undefined) return { problem: 'must be an http or https URL', isForbidden: false }
  if (base.includes('@')) return { problem: 'must not hold a user or a password', isForbidden: false }
  const url = base + (rest === '' || rest === '/' ? '/any' : rest)
  const checked = checkRemoteUrl(url, { repoRoots: [], ...policy })
  if ('problem' in checked) return { problem: checked.problem, isForbidden: true }
  if (checked.host === undefined) throw new TypeError('an http URL has a host')
  return { origin: new URL(checked.url).origin, host: checked.host }
}
