import type { RepoRow } from '../contract/index.ts'
import type { RemoteUrlPolicy } from '../git/remote-url.ts'

/**
 * The folders out of which nothing of a repository may lead: the repository roots, or of one that gitferry hosts,
 * which lies in the data directory, its own folder alone.
 */
export const rootsOf = (
  repo: Pick<RepoRow, 'is_hosted' | 'common_dir'>,
  { repoRoots }: Pick<RemoteUrlPolicy, 'repoRoots'>,
): readonly string[] | null => (repo.is_hosted ? [repo.common_dir] : repoRoots)
