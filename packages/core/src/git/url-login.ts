import { checkRemoteUrl, type RemoteUrl, type RemoteUrlPolicy, type RemoteUrlProblem } from './remote-url.ts'

/** What stood before the host of a URL. The secret is no property: neither JSON nor an inspection shows it. */
export class UrlLogin {
  readonly type: 'password' | 'token'
  /** `null`: the token came alone, and what is sent beside it is the host's custom. */
  readonly username: string | null
  readonly #secret: string

  constructor(username: string | null, secret: string) {
    this.type = username === null ? 'token' : 'password'
    this.username = username
    this.#secret = secret
  }

  get secret(): string {
    return this.#secret
  }

  equals(other: UrlLogin): boolean {
    return this.username === other.username && this.#secret === other.#secret
  }
}

// One "@", and nothing before it at which one parser or another ends the authority.
const withUserInfo = /^(https?:\/\/)([^\s@/?#\\]+)@([^@]*)$/i
const forbidden = /[\p{Cc}\p{Cs}]/u
const maxUsername = 256
/** What a token in the user's place is given for a password: GitHub's documented form, and those of others. */
const noPassword = new Set(['x', 'x-oauth-basic'])
/** A user's name, and no token: the shortest that a host gives out (GitLab's) has 20 characters. */
const looksLikeName = /^[\w.+-]{1,19}$/

/** A URL without its user info, and what that was. `null`: a name alone, which opens nothing. */
export interface TakenLogin {
  readonly url: string
  readonly login: UrlLogin | null
}

/**
 * Takes the user info out of an http(s) URL: user and password, or a token where only one of the two says anything.
 * A short name alone is no token: `https://bob@bitbucket.org/…` is how Bitbucket itself writes the URL of a clone.
 * Pure; what is left has still to be weighed. As in git, the first ":" ends the user, and both are percent-decoded.
 * @returns `undefined` when there is none, or none that every parser reads alike
 */
export function takeLogin(raw: string): TakenLogin | undefined {
  const [, scheme, userInfo, rest] = withUserInfo.exec(raw) ?? []
  if (scheme === undefined || userInfo === undefined || rest === undefined) return undefined
  const colon = userInfo.indexOf(':')
  const user = decoded(colon === -1 ? userInfo : userInfo.slice(0, colon))
  const password = decoded(colon === -1 ? '' : userInfo.slice(colon + 1))
  if (user === undefined || password === undefined) return undefined
  const login = loginOf(user, password)
  return login === undefined ? undefined : { url: scheme + rest, login }
}

function loginOf(user: string, password: string): UrlLogin | null | undefined {
  if (user === '') return password === '' ? undefined : new UrlLogin(null, password)
  if (password === '') return looksLikeName.test(user) ? null : new UrlLogin(null, user)
  if (noPassword.has(password)) return new UrlLogin(null, user)
  if (user.includes(':') || user.length > maxUsername) return undefined
  return new UrlLogin(user, password)
}

function decoded(part: string): string | undefined {
  try {
    const text = decodeURIComponent(part)
    return forbidden.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

/** As `checkRemoteUrl`, for a URL that may hold user info: that is taken out first, and answered apart. */
export function checkUrlWithLogin(
  raw: string,
  policy: RemoteUrlPolicy,
): (RemoteUrl & { readonly login: UrlLogin | null }) | RemoteUrlProblem {
  const taken = takeLogin(raw)
  const checked = checkRemoteUrl(taken?.url ?? raw, policy)
  return 'problem' in checked ? checked : { ...checked, login: taken?.login ?? null }
}
