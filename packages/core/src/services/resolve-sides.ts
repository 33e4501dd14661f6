import { localRemote, type RemoteRow, type RepoRow, type SyncTaskRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { checkRemoteUrl, fileUrl } from '../git/remote-url.ts'
import { originOf } from '../git/url-origin.ts'
import { overlapsItself, parseRefSelection, type RefSelection } from '../sync/ref-selection.ts'
import { findRepo } from './find-or-refuse.ts'
import type { Place } from './open-side.ts'
import { type ImportContext, reimportRemotes } from './reimport-remotes.ts'

/**
 * One end of a task: where a ref is read, or written. The URL is re-serialised, or for `local` the repository's own
 * git directory; `openSide` makes it ready for git.
 */
export interface Side extends Place {
  readonly repo: RepoRow
  /** The remote's name, or `local`. */
  readonly remote: string
  /** The branch in a task of one branch, as a full ref name; `null` in a mirror. */
  readonly ref: string | null
}

export interface TaskSides {
  readonly source: Side
  readonly target: Side
  /** Which refs of the source go where at the target. */
  readonly selection: RefSelection
}

type TaskPlaces = Pick<
  SyncTaskRow,
  | 'repo_id'
  | 'source_remote'
  | 'source_branch'
  | 'target_repo_id'
  | 'target_remote'
  | 'target_branch'
  | 'mode'
  | 'refs'
  | 'exclude'
  | 'tags'
>

export type ResolveContext = ImportContext & {
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds both ends of a task and weighs them by the rules of now, which may have changed since it was written.
 * @throws REPO_NOT_FOUND, REMOTE_UNKNOWN, URL_FORBIDDEN, SAME_REF, INVALID_INPUT and REF_INVALID for what its refs are
 */
export async function resolveTaskSides(task: TaskPlaces, context: ResolveContext): Promise<TaskSides> {
  const sourceRepo = await findRepo(context.storage, task.repo_id, 'repo_id')
  const targetRepo =
    task.target_repo_id === task.repo_id
      ? sourceRepo
      : await findRepo(context.storage, task.target_repo_id, 'target_repo_id')
  const source = await resolveSide(sourceRepo, task.source_remote, task.source_branch, 'source', context)
  const target = await resolveSide(targetRepo, task.target_remote, task.target_branch, 'target', context)
  const selection = parseRefSelection(task)
  if (samePlace(source, target) && overlapsItself(selection)) throw sameRef(task, source)
  return { source, target, selection }
}

async function resolveSide(
  repo: RepoRow,
  remote: string,
  branch: string,
  end: 'source' | 'target',
  context: ResolveContext,
): Promise<Side> {
  const ref = branch === '' ? null : `refs/heads/${branch}`
  if (remote === localRemote) {
    return { repo, remote, ref, url: fileUrl(repo.common_dir), protocol: 'file', ...withoutKeys }
  }
  const field = `${end}_remote`
  const row = await findRemote(repo, remote, field, context)
  const checked = checkRemoteUrl(end === 'source' ? row.fetch_url : row.push_url, context.settings)
  // a URL that was forbidden is recorded cut short, so what is wrong with the rest of it is not what was wrong
  const problem = row.problem ?? ('problem' in checked ? checked.problem : null)
  if ('problem' in checked || problem !== null) {
    throw new GitferryError('URL_FORBIDDEN', `${field}: the remote "${remote}" cannot be used: ${problem}.`, {
      details: { field, remote },
    })
  }
  const { url, protocol, path, host, port } = checked
  const keys = await keysFor({ url, protocol }, row, repo, context)
  return { repo, remote, ref, url, protocol, path, host, port, ...keys }
}

const withoutKeys = { ssh_key_id: null, credential_id: null }

/**
 * What opens a remote: its own key or credential, else the repository's. The repository's credential is for the
 * remotes of its origin alone, and simply not sent to others; the remote's own is weighed when it is used, where the
 * remote does not push to another origin than it fetches from.
 */
export async function keysFor(
  { url, protocol }: Pick<Place, 'url' | 'protocol'>,
  row: RemoteRow,
  repo: RepoRow,
  { storage }: Pick<ResolveContext, 'storage'>,
): Promise<Pick<Place, 'ssh_key_id' | 'credential_id'>> {
  if (protocol === 'file') return withoutKeys
  if (protocol === 'ssh') return { ssh_key_id: row.ssh_key_id ?? repo.ssh_key_id, credential_id: null }
  const credential_id = row.credential_id ?? repo.credential_id
  const isForBothEnds = row.credential_id !== null && originOf(row.fetch_url) === originOf(row.push_url)
  if (isForBothEnds || credential_id === null) return { ssh_key_id: null, credential_id }
  const credential = await storage.collection('credentials').get(credential_id)
  return { ssh_key_id: null, credential_id: credential?.origin === originOf(url) ? credential_id : null }
}

/**
 * The remote's record; the repository's configuration is read once more before a name is called unknown, and before
 * a remote is refused that the rules of its import forbade.
 */
async function findRemote(
  repo: RepoRow,
  name: string,
  field: string,
  context: ResolveContext,
): Promise<RemoteRow> {
  const [known] = await context.storage.collection('remotes').find({ where: { repo_id: repo.id, name } })
  if (known && known.problem === null) return known
  const rows = await reimportRemotes(repo, context, context)
  const found = rows.find((row) => row.name === name)
  if (found) return found
  const names = [...rows.map((row) => row.name), localRemote].join(', ')
  throw new GitferryError(
    'REMOTE_UNKNOWN',
    `${field}: the repository "${repo.name}" has no remote "${name}"; it has: ${names}.`,
    { details: { field, remote: name } },
  )
}

function sameRef(task: TaskPlaces, source: Side): GitferryError {
  return task.mode === 'mirror'
    ? new GitferryError(
        'SAME_REF',
        `refs: source and target are the same repository (${source.remote}); every entry must rename, to where none of them reads: refs/heads/*:refs/heads/copy/* would read its own copies.`,
        { details: { field: 'refs' } },
      )
    : new GitferryError(
        'SAME_REF',
        `target_branch: source and target are the same branch (${source.remote}/${task.source_branch}); a task needs two.`,
        { details: { field: 'target_branch' } },
      )
}

function samePlace(source: Side, target: Side): boolean {
  return placeOf(source) === placeOf(target)
}

/** A repository and the remote that names its path are one place. */
function placeOf(side: Side): string {
  if (side.protocol !== 'file') return side.url
  return (side.path ?? side.repo.common_dir).replace(/\/+(?:\.git\/*)?$/, '')
}
