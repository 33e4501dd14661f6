import type { CredentialRow } from '../contract/index.ts'
import { isGitferryError } from '../errors/index.ts'
import { tokenUsername } from '../git/token-username.ts'
import type { UrlLogin } from '../git/url-login.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import type { SealedValues } from './sealed-values.ts'
import { credentialNamed, credentialPlace, storeCredential } from './store-credential.ts'

/** User info that stood in the URL of a remote, and the only origin that it is for. */
export interface OriginLogin {
  readonly origin: string
  readonly login: UrlLogin
}

/** The remote whose URL held a login. */
export interface LoginOwner {
  /** The repository's name. */
  readonly repo: string
  /** The remote's name. */
  readonly remote: string
  /** The remote's record; `null`: not stored yet. */
  readonly remote_id: number | null
  /** The credential that the remote has now. */
  readonly credential_id: number | null
}

/** What became of a login: the credential that holds it, and whether anything was stored for that. */
export interface KeptLogin {
  readonly credential: CredentialRow
  readonly change: 'created' | 'replaced' | 'none'
}

/**
 * Makes a sealed credential of a login, named after the remote. The same login again finds the credential that is
 * there; another one replaces what the remote's own credential holds, unless something else uses that too. What
 * somebody stored under such a name is neither: it stays as it is. To be called in a transaction.
 * @throws SECRETS_UNAVAILABLE
 */
export async function keepLogin(
  session: StorageSession,
  owner: LoginOwner,
  { login, origin }: OriginLogin,
  deps: { readonly clock: Clock; readonly sealed: SealedValues },
): Promise<KeptLogin> {
  const wanted = {
    type: login.type,
    username: login.username ?? tokenUsername(new URL(origin).hostname),
    origin,
    secret: login.secret,
  }
  const names = loginNames(owner)
  let name = names(1)
  let own: CredentialRow | undefined
  for (let number = 1; ; number += 1) {
    name = names(number)
    const known = await credentialNamed(session, name)
    if (known === undefined) break
    if (known.source !== 'url') continue
    if (isSame(known, wanted, deps.sealed)) return { credential: known, change: 'none' }
    if (known.id === owner.credential_id) own = known
  }
  if (own === undefined || (await hasOtherUsers(session, own.id, owner.remote_id))) {
    const credential = await storeCredential(session, { name, source: 'url', ...wanted }, deps)
    return { credential, change: 'created' }
  }
  const { secret, ...fields } = wanted
  const sealed_secret = deps.sealed.seal(secret, credentialPlace(own.id))
  const credentials = session.collection('credentials')
  const credential = await credentials.update(own.id, { ...fields, sealed_secret, last_used_at: null })
  return { credential: credential ?? own, change: 'replaced' }
}

/** Whether a credential is one that `keepLogin` made for this remote, and so was not chosen by somebody. */
export function isTakenFor(credential: CredentialRow, owner: Pick<LoginOwner, 'repo' | 'remote'>): boolean {
  if (credential.source !== 'url') return false
  const base = loginNames(owner)(1)
  if (credential.name === base) return true
  return credential.name.startsWith(`${base} `) && /^[1-9]\d*$/.test(credential.name.slice(base.length + 1))
}

/** `repo/remote`, `repo/remote 2`, `repo/remote 3`. */
const loginNames =
  ({ repo, remote }: Pick<LoginOwner, 'repo' | 'remote'>) =>
  (number: number): string =>
    number === 1 ? `${repo}/${remote}` : `${repo}/${remote} ${number}`

function isSame(
  row: CredentialRow,
  wanted: Pick<CredentialRow, 'type' | 'username' | 'origin'> & { readonly secret: string },
  sealed: SealedValues,
): boolean {
  if (row.type !== wanted.type || row.username !== wanted.username || row.origin !== wanted.origin)
    return false
  try {
    return sealed.unseal(row.sealed_secret, credentialPlace(row.id)) === wanted.secret
  } catch (error) {
    // sealed under a key that is gone: what stands in the URL makes it whole again
    if (isGitferryError(error, 'SECRET_UNREADABLE')) return false
    throw error
  }
}

async function hasOtherUsers(session: StorageSession, id: number, remoteId: number | null): Promise<boolean> {
  const where = { credential_id: id }
  if ((await session.collection('repos').count(where)) > 0) return true
  return (await session.collection('remotes').find({ where })).some((remote) => remote.id !== remoteId)
}
