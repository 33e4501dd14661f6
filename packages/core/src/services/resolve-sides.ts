import { localRemote, type RemoteRow, type RepoRow, type SyncTaskRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { GitProtocol } from '../git/command.ts'
import { checkStructure } from '../git/local/structure.ts'
import { checkRemoteUrl, fileUrl } from '../git/remote-url.ts'
import type { ServiceContext } from './context.ts'
import { findRepo } from './find-or-refuse.ts'
import { importRemotes, storeRemotes } from './remote-import.ts'

/** One end of a task: where a ref is read, or written. */
export interface Side {
  readonly repo: RepoRow
  /** The remote's name, or `local`. */
  readonly remote: string
  /** The re-serialised URL, or for `local` the repository's own git directory; `openSide` makes it ready for git. */
  readonly url: string
  readonly protocol: GitProtocol
  /** Of a remote on this machine, before links are resolved. */
  readonly path?: string | undefined
  /** Of a remote elsewhere. */
  readonly host?: string | undefined
  /** Of a remote elsewhere, when it is not the protocol's own. */
  readonly port?: number | undefined
  /** Full ref name. */
  readonly ref: string
}

export interface TaskSides {
  readonly source: Side
  readonly target: Side
}

type TaskPlaces = Pick<
  SyncTaskRow,
  'repo_id' | 'source_remote' | 'source_branch' | 'target_repo_id' | 'target_remote' | 'target_branch'
>

export type ResolveContext = Pick<ServiceContext, 'storage' | 'clock' | 'runner' | 'settings'> & {
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds both ends of a task and weighs them by the rules of now, which may have changed since it was written.
 * @throws REPO_NOT_FOUND, REMOTE_UNKNOWN, URL_FORBIDDEN, UNSUPPORTED, SAME_REF
 */
export async function resolveTaskSides(task: TaskPlaces, context: ResolveContext): Promise<TaskSides> {
  const sourceRepo = await findRepo(context.storage, task.repo_id, 'repo_id')
  const targetRepo =
    task.target_repo_id === task.repo_id
      ? sourceRepo
      : await findRepo(context.storage, task.target_repo_id, 'target_repo_id')
  const source = await resolveSide(sourceRepo, task.source_remote, task.source_branch, 'source', context)
  const target = await resolveSide(targetRepo, task.target_remote, task.target_branch, 'target', context)
  if (source.ref === target.ref && samePlace(source, target)) {
    throw new GitferryError(
      'SAME_REF',
      `target_branch: source and target are the same branch (${source.remote}/${task.source_branch}); a task needs two.`,
      { details: { field: 'target_branch' } },
    )
  }
  return { source, target }
}

async function resolveSide(
  repo: RepoRow,
  remote: string,
  branch: string,
  end: 'source' | 'target',
  context: ResolveContext,
): Promise<Side> {
  const ref = `refs/heads/${branch}`
  if (remote === localRemote) return { repo, remote, ref, url: fileUrl(repo.common_dir), protocol: 'file' }
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
  if (checked.protocol === 'ssh') {
    throw new GitferryError(
      'UNSUPPORTED',
      `${field}: the remote "${remote}" is reached by ssh, and this version holds no SSH keys yet; use https.`,
      { details: { field, remote } },
    )
  }
  const { url, protocol, path, host, port } = checked
  return { repo, remote, ref, url, protocol, path, host, port }
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
  await checkStructure(repo, context.settings.repoRoots)
  const imported = await importRemotes(repo, {
    runner: context.runner,
    policy: context.settings,
    signal: context.signal,
  })
  const rows = await context.storage.transaction((session) =>
    storeRemotes(session, repo.id, imported, context.clock),
  )
  const found = rows.find((row) => row.name === name)
  if (found) return found
  const names = [...rows.map((row) => row.name), localRemote].join(', ')
  throw new GitferryError(
    'REMOTE_UNKNOWN',
    `${field}: the repository "${repo.name}" has no remote "${name}"; it has: ${names}.`,
    { details: { field, remote: name } },
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
