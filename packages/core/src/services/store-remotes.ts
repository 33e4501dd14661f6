import type { RemoteRow, RepoRow } from '../contract/index.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import { boundOrigins, isStillBound } from './bound-origins.ts'
import { isTakenFor, type KeptLogin, keepLogin } from './keep-login.ts'
import type { ImportedRemote } from './remote-import.ts'
import type { SealedValues } from './sealed-values.ts'

export interface StoredRemotes {
  /** Every remote of the repository. */
  readonly remotes: RemoteRow[]
  /** What was stored of the logins that stood in URLs. */
  readonly logins: readonly KeptLogin[]
  /** The names of remotes that lost their key or their credential: they lead elsewhere now, or are gone. */
  readonly unbound: readonly string[]
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
  const unbound: string[] = []
  for (const remote of imported) {
    const before = known.get(remote.name)
    if (before?.source === 'api') continue
    known.delete(remote.name)
    const access = await accessOf(session, repo, remote, before, deps)
    if (access.kept && access.kept.change !== 'none') logins.push(access.kept)
    const { name, fetch_url, push_url, problem } = remote
    const { ssh_key_id, credential_id } = access
    const bound_to = problem === null ? null : boundOrigins(before)
    const fields = { fetch_url, push_url, problem, ssh_key_id, credential_id, bound_to }
    if (hasLost(before, access)) unbound.push(name)
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
    if (row.source === 'api') {
      remotes.push(row)
      continue
    }
    if (hasLost(row, unboundAccess)) unbound.push(row.name)
    await collection.delete(row.id)
  }
  return { remotes, logins, unbound }
}

type Access = Pick<RemoteRow, 'ssh_key_id' | 'credential_id'>

const unboundAccess: Access = { ssh_key_id: null, credential_id: null }

const hasLost = (before: Access | undefined, now: Access): boolean =>
  (['ssh_key_id', 'credential_id'] as const).some((id) => (before?.[id] ?? null) !== null && now[id] === null)

/**
 * The key and the credential of an imported remote: those that its record has, as long as it leads where it led or
 * is forbidden, for then it may come back; and what stands in its URL, unless somebody chose another credential here.
 */
async function accessOf(
  session: StorageSession,
  repo: Pick<RepoRow, 'id' | 'name'>,
  { name, login, problem, ...urls }: ImportedRemote,
  before: RemoteRow | undefined,
  deps: Deps,
): Promise<Access & { readonly kept: KeptLogin | null }> {
  const stays = before !== undefined && (problem !== null || isStillBound(before, urls))
  const ssh_key_id = stays ? before.ssh_key_id : null
  const current = before?.credential_id ?? null
  const held = { ssh_key_id, credential_id: stays ? current : null, kept: null }
  if (login === null) return held
  const owner = { repo: repo.name, remote: name, remote_id: before?.id ?? null, credential_id: current }
  if (held.credential_id !== null) {
    const chosen = await session.collection('credentials').get(held.credential_id)
    if (chosen && !isTakenFor(chosen, owner)) return held
  }
  const kept = await keepLogin(session, owner, login, deps)
  return { ssh_key_id, credential_id: kept.credential.id, kept }
}
