import { localRemote, type SyncTaskRow } from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import { openLocal } from '../git/open-local.ts'
import { checkRemoteUrl, type RemoteUrlPolicy } from '../git/remote-url.ts'
import type { CallerStorage } from '../rights/caller-storage.ts'

interface OthersContext {
  /** Of the caller. */
  readonly storage: CallerStorage
  readonly settings: RemoteUrlPolicy
}

const isRestricted = (storage: CallerStorage): boolean => storage.whole !== storage

/**
 * Refuses a directory on this machine that is a repository of others: one that gitferry manages, and the caller may
 * not reach. By way of a remote that names its path, they would read it or write there all the same. A repository
 * that nobody has registered is a remote like any other.
 * @param directory the common git directory, links resolved
 * @throws FORBIDDEN
 */
export async function refuseOthersDirectory(directory: string, storage: CallerStorage): Promise<void> {
  if (!isRestricted(storage)) return
  const where = { common_dir: directory }
  // of two worktrees of one repository, which share their refs, one is enough
  if ((await storage.collection('repos').count(where)) > 0) return
  if ((await storage.whole.collection('repos').count(where)) === 0) return
  throw new GitferryError(
    'FORBIDDEN',
    'The remote leads to a repository on this machine that the caller may not reach; ask with a credential that may.',
  )
}

/**
 * Refuses a task one of whose remotes leads to a repository of others, as `refuseOthersDirectory`: to be called before
 * a caller stores or starts it. A run has no caller, so this is not asked again: what a schedule, a webhook or an
 * unrestricted caller starts goes wherever the task leads by then, and whoever may see the task may see what came of it.
 * What cannot be opened now is passed over; no run gets there either.
 * @throws FORBIDDEN
 */
export async function refuseOthersRemotes(
  task: Pick<SyncTaskRow, 'repo_id' | 'source_remote' | 'target_repo_id' | 'target_remote'> | undefined,
  { settings, storage }: OthersContext,
): Promise<void> {
  if (task === undefined || !isRestricted(storage)) return
  const ends = [
    { repo_id: task.repo_id, name: task.source_remote, url: 'fetch_url' },
    { repo_id: task.target_repo_id, name: task.target_remote, url: 'push_url' },
  ] as const
  for (const { name, repo_id, url } of ends) {
    if (name === localRemote) continue
    const [remote] = await storage.collection('remotes').find({ where: { repo_id, name } })
    const directory = remote && (await directoryOf(remote[url], settings))
    if (directory !== undefined) await refuseOthersDirectory(directory, storage)
  }
}

/** `undefined` for what is elsewhere, is forbidden, or cannot be opened. */
async function directoryOf(url: string, settings: RemoteUrlPolicy): Promise<string | undefined> {
  const checked = checkRemoteUrl(url, settings)
  if ('problem' in checked || checked.path === undefined) return undefined
  try {
    return (await openLocal(checked.path, settings.repoRoots, settings)).common_dir
  } catch (error) {
    if (isGitferryError(error)) return undefined
    throw error
  }
}
