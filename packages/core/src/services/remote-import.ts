import { localRemote, problemWithRemoteName, type RemoteRow, type RepoRow } from '../contract/index.ts'
import type { GitRunner } from '../git/command.ts'
import { readRemotes } from '../git/local/read-remotes.ts'
import { checkRemoteUrl, type RemoteUrlPolicy } from '../git/remote-url.ts'
import { shownUrl } from '../git/shown-url.ts'
import type { Clock, NewRow, StorageSession } from '../ports/index.ts'

/** What a registered repository's own configuration says of a remote, weighed by our rules. */
export type ImportedRemote = Pick<RemoteRow, 'name' | 'fetch_url' | 'push_url' | 'problem'>

/**
 * Reads the remotes of a registered repository from its configuration, which is never written. A remote that the
 * rules forbid is listed with its problem, and with no more of its URL than is sure to hold no secret.
 */
export async function importRemotes(
  repo: Pick<RepoRow, 'common_dir'>,
  deps: {
    readonly runner: GitRunner
    readonly policy: RemoteUrlPolicy
    readonly signal?: AbortSignal | undefined
  },
): Promise<ImportedRemote[]> {
  const remotes = await readRemotes(repo.common_dir, deps)
  const imported = remotes.map((remote) => weighRemote(remote, deps.policy))
  // the name of a record is its own among those of the repository
  let hiddenNames = 0
  return imported.map((remote) => {
    if (remote.name !== hiddenName) return remote
    hiddenNames += 1
    return hiddenNames === 1 ? remote : { ...remote, name: `${hiddenName} ${hiddenNames}` }
  })
}

/** Pure: a remote as configured → as recorded. */
export function weighRemote(
  remote: { readonly name: string; readonly fetch_url: string; readonly push_url: string },
  policy: RemoteUrlPolicy,
): ImportedRemote {
  const fetchUrl = checkRemoteUrl(remote.fetch_url, policy)
  const pushUrl = checkRemoteUrl(remote.push_url, policy)
  const nameProblem =
    remote.name === localRemote
      ? '"local" means the repository itself; rename the remote to use it'
      : problemWithRemoteName(remote.name)
  const problem =
    (nameProblem && `the name ${nameProblem}`) ??
    ('problem' in fetchUrl ? fetchUrl.problem : undefined) ??
    ('problem' in pushUrl ? pushUrl.problem : undefined)
  const shown = (checked: ReturnType<typeof checkRemoteUrl>, raw: string) =>
    'problem' in checked ? shownUrl(raw) : checked.url
  return {
    name: shownName.test(remote.name) ? remote.name : hiddenName,
    fetch_url: shown(fetchUrl, remote.fetch_url),
    push_url: shown(pushUrl, remote.push_url),
    problem: problem ?? null,
  }
}

const hiddenName = '(hidden: not a name that can be shown)'
// git takes a URL for the name of a remote too: what may be one is not shown.
const shownName = /^[\p{L}\p{M}\p{N} ._/-]{1,100}$/u

/** Makes the remotes of a repository what was imported: adds, changes and removes records. */
export async function storeRemotes(
  session: StorageSession,
  repoId: number,
  imported: readonly ImportedRemote[],
  clock: Clock,
): Promise<RemoteRow[]> {
  const remotes = session.collection('remotes')
  const now = new Date(clock.now()).toISOString()
  const known = new Map((await remotes.find({ where: { repo_id: repoId } })).map((row) => [row.name, row]))
  const rows: RemoteRow[] = []
  for (const remote of imported) {
    const before = known.get(remote.name)
    known.delete(remote.name)
    if (before === undefined) {
      const row: NewRow<RemoteRow> = { repo_id: repoId, ...remote, created_at: now, updated_at: now }
      rows.push(await remotes.insert(row))
    } else if (
      before.fetch_url === remote.fetch_url &&
      before.push_url === remote.push_url &&
      before.problem === remote.problem
    ) {
      rows.push(before)
    } else {
      rows.push((await remotes.update(before.id, { ...remote, updated_at: now })) ?? before)
    }
  }
  for (const gone of known.values()) await remotes.delete(gone.id)
  return rows
}
