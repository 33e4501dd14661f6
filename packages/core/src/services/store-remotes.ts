import type { RemoteRow, RepoRow } from '../contract/index.ts'
import { hasSameOrigins } from '../git/url-origin.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import { isNamedAfter, type KeptLogin, keepLogin } from './keep-login.ts'
import type { ImportedRemote } from './remote-import.ts'
import type { SealedValues } from './sealed-values.ts'

export interface StoredRemotes {
  /** Every remote of the repository. */
  readonly remotes: RemoteRow[]
  /** What was stored of the logins that stood in URLs. */
  readonly logins: readonly KeptLogin[]
}

interface Deps {
  readonly clock: Clock
  readonly sealed: SealedValues
}

/**
 * Makes the configured remotes of a repository what was imported: adds, changes and removes records. Remotes that
 * were added or changed here stay as they are, whatever the configuration says. To be called in a transaction.
 */
export async function storeRemotes(
  session: StorageSession,
  repo: Pick<RepoRow, 'id' | 'name'>,
  imported: readonly ImportedRemote[],
  deps: Deps,
): Promise<StoredRemotes> {
  const collection = session.collection('remotes')
  const now = new Date(deps.clock.now()).toISOString()
  const known = new Map(
    (await collection.find({ where: { repo_id: repo.id } })).map((row) => [row.name, row]),
  )
  const remotes: RemoteRow[] = []
  const logins: KeptLogin[] = []
  for (const remote of imported) {
    const before = known.get(remote.name)
    if (before?.source === 'api') continue
    known.delete(remote.name)
    const access = await accessOf(session, repo, remote, before, deps)
    if (access.kept && access.kept.change !== 'none') logins.push(access.kept)
    const { name, fetch_url, push_url, problem } = remote
    const { ssh_key_id, credential_id } = access
    const fields = { fetch_url, push_url, problem, ssh_key_id, credential_id }
    if (before === undefined) {
      const times = { created_at: now, updated_at: now }
      remotes.push(await collection.insert({ repo_id: repo.id, name, source: 'config', ...fields, ...times }))
    } else if (Object.entries(fields).every(([key, value]) => before[key as keyof typeof fields] === value)) {
      remotes.push(before)
    } else {
      remotes.push((await collection.update(before.id, { ...fields, updated_at: now })) ?? before)
    }
  }
  for (const row of known.values()) {
    if (row.source === 'api') remotes.push(row)
    else await collection.delete(row.id)
  }
  return { remotes, logins }
}

/**
 * The key and the credential of an imported remote: those that its record has, as long as it leads where it led; and
 * what stands in its URL, unless somebody chose another credential here.
 */
async function accessOf(
  session: StorageSession,
  repo: Pick<RepoRow, 'id' | 'name'>,
  { name, login, ...urls }: ImportedRemote,
  before: RemoteRow | undefined,
  deps: Deps,
): Promise<Pick<RemoteRow, 'ssh_key_id' | 'credential_id'> & { readonly kept: KeptLogin | null }> {
  const stays = before !== undefined && hasSameOrigins(before, urls)
  const ssh_key_id = stays ? before.ssh_key_id : null
  const current = before?.credential_id ?? null
  const held = { ssh_key_id, credential_id: stays ? current : null, kept: null }
  if (login === null) return held
  const owner = { repo: repo.name, remote: name, remote_id: before?.id ?? null, credential_id: current }
  if (held.credential_id !== null) {
    const chosen = await session.collection('credentials').get(held.credential_id)
    if (chosen && !isNamedAfter(chosen, owner)) return held
  }
  const kept = await keepLogin(session, owner, login, deps)
  return { ssh_key_id, credential_id: kept.credential.id, kept }
}
