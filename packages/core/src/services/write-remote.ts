import type { RemoteRow, RepoRow, UpdateRemote } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import { isStillBound } from './bound-origins.ts'
import { type KeptLogin, keepLogin } from './keep-login.ts'
import { checkBindings } from './remote-bindings.ts'
import type { RemoteUrls } from './remote-urls.ts'
import type { SealedValues } from './sealed-values.ts'

export interface RemoteChange {
  readonly repo: RepoRow
  readonly name: string
  /** The record; `undefined`: there is none yet. */
  readonly before: RemoteRow | undefined
  /** The weighed URLs; `null`: they stay as they are. */
  readonly urls: RemoteUrls | null
  readonly given: Pick<UpdateRemote, 'ssh_key_id' | 'credential_id'>
}

export interface WrittenRemote {
  readonly row: RemoteRow
  /** What was stored of the login that stood in a URL. */
  readonly logins: readonly KeptLogin[]
}

/**
 * Adds or changes a remote; to be called in a transaction. A key and a credential are bound to where the remote
 * leads: they go when its scheme, host or port changes, unless the same request names them. With another URL the
 * record is no longer the configuration's.
 * @throws SSH_KEY_NOT_FOUND, CREDENTIAL_NOT_FOUND, INVALID_INPUT, SECRETS_UNAVAILABLE
 */
export async function writeRemote(
  session: StorageSession,
  { repo, name, before, urls, given }: RemoteChange,
  deps: { readonly clock: Clock; readonly sealed: SealedValues },
): Promise<WrittenRemote> {
  const { fetch_url, push_url } = urls ?? before ?? missing()
  const login = urls?.login ?? null
  if (login !== null && given.credential_id != null) throw twoCredentials()
  await checkBindings(session, { fetch_url, push_url }, given)
  const stays = before !== undefined && (urls === null || isStillBound(before, urls))
  const current = before?.credential_id ?? null
  const owner = { repo: repo.name, remote: name, remote_id: before?.id ?? null, credential_id: current }
  const kept = login === null ? null : await keepLogin(session, owner, login, deps)
  const fields = {
    fetch_url,
    push_url,
    problem: urls === null ? (before?.problem ?? null) : null,
    ssh_key_id: boundId(given.ssh_key_id, before?.ssh_key_id, stays),
    credential_id: kept?.credential.id ?? boundId(given.credential_id, current, stays),
    // what is bound anew is for where the remote leads now
    bound_to: urls === null && !bindsAnew(given) ? (before?.bound_to ?? null) : null,
    updated_at: new Date(deps.clock.now()).toISOString(),
  }
  const logins = kept === null || kept.change === 'none' ? [] : [kept]
  const remotes = session.collection('remotes')
  if (before === undefined) {
    const created_at = fields.updated_at
    const row = await remotes.insert({ repo_id: repo.id, name, source: 'api', created_at, ...fields })
    return { row, logins }
  }
  const isMoved = fetch_url !== before.fetch_url || push_url !== before.push_url
  const row = await remotes.update(before.id, { ...fields, source: isMoved ? 'api' : before.source })
  return { row: row ?? before, logins }
}

/** What the request names, `null` included; else what the record has, as long as it leads where it led. */
const boundId = (given: number | null | undefined, held: number | null | undefined, stays: boolean) =>
  given !== undefined ? given : stays ? (held ?? null) : null

const bindsAnew = ({ ssh_key_id, credential_id }: RemoteChange['given']): boolean =>
  ssh_key_id != null || credential_id != null

const missing = (): never => {
  throw new TypeError('a new remote has URLs')
}

/** A login in a URL, and a credential beside it: only one of them can be meant. */
export const twoCredentials = (): GitferryError =>
  new GitferryError(
    'INVALID_INPUT',
    'credential_id: must not be given together with a user or a password in the URL.',
    { details: { field: 'credential_id' } },
  )
