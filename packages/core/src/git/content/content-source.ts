import type { RepoRow } from '../../contract/repo.ts'
import type { GitRunner } from '../command.ts'
import { checkStructure } from '../local/structure.ts'
import { seenHistory } from './seen-history.ts'

/** A repository as far as its objects and refs are read: every git works there. */
export interface ContentSource extends GitRunner {
  readonly repo: SourceRepo
  /**
   * Stands for the repository, and for what it makes of its commits, in the key of what is remembered of it: as of the
   * moment at which it was opened.
   */
  readonly key: string
}

export type SourceRepo = Pick<
  RepoRow,
  'uuid' | 'git_dir' | 'common_dir' | 'is_bare' | 'is_hosted' | 'object_format'
>

/**
 * Opens a repository for one call, registered or hosted. Nothing that its config or hooks name is started by what reads
 * through it. `repoRoots`: as for `LocalRepository`.
 * @throws NOT_A_REPOSITORY, PATH_OUTSIDE_ROOTS
 */
export async function openContent(
  repo: SourceRepo,
  { runner, repoRoots }: { readonly runner: GitRunner; readonly repoRoots: readonly string[] | null },
): Promise<ContentSource> {
  await checkStructure(repo, repoRoots)
  return {
    repo,
    key: `${repo.uuid} ${await seenHistory(repo.common_dir)}`,
    run: (command, options) => runner.run(command, { ...options, gitDir: repo.git_dir }),
  }
}
