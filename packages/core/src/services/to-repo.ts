import type { RemoteRow, Repo, RepoRow } from '../contract/index.ts'
import { readHead } from '../git/local/head.ts'
import type { ServiceContext } from './context.ts'
import { toRemote } from './to-remote.ts'

type RepoContext = Pick<ServiceContext, 'storage' | 'runner' | 'logger'>

/** Stored repositories as they are shown: with their remotes, and what their HEADs name now. */
export async function toRepos(rows: readonly RepoRow[], context: RepoContext): Promise<Repo[]> {
  const remotes = await context.storage
    .collection('remotes')
    .find({ where: { repo_id: { in: rows.map((row) => row.id) } } })
  const byRepo = Map.groupBy(remotes, (remote) => remote.repo_id)
  return Promise.all(rows.map((row) => withRemotes(row, byRepo.get(row.id) ?? [], context)))
}

/** As `toRepos`, for one; `remotes` where they are known. */
export async function toRepo(
  row: RepoRow,
  context: RepoContext,
  remotes?: readonly RemoteRow[],
): Promise<Repo> {
  if (remotes === undefined) return (await toRepos([row], context))[0]!
  return withRemotes(row, remotes, context)
}

async function withRemotes(row: RepoRow, remotes: readonly RemoteRow[], context: RepoContext): Promise<Repo> {
  const { git_dir: _, common_dir: __, object_format: ___, checked_at: ____, version: _____, ...shown } = row
  return {
    ...shown,
    current_branch: await currentBranch(row, context),
    remotes: remotes.map(toRemote),
  }
}

/** A repository whose files are gone is still shown; it has no current branch. */
async function currentBranch(row: RepoRow, { runner, logger }: RepoContext): Promise<string | null> {
  try {
    return (await readHead(row.git_dir, { runner })).branch
  } catch (error) {
    logger.warn('the HEAD of a repository cannot be read', { repo_id: row.id, error })
    return null
  }
}
