import { createReader, fromSimpleGit, type ReaderOptions } from './simple-git-reader.ts'

/** What stands in the way of a checkout, as far as `git status` shows it. Paths from the worktree's top. */
export interface WorktreeStatus {
  /** Files in which a merge left conflicts. */
  readonly conflicted: readonly string[]
  /** Files that differ from the index, the index being as HEAD has it. */
  readonly modified: readonly string[]
}

/**
 * Asks for the status of tracked files. Does not look into submodules, where git would follow the submodule's
 * own config, and does not write the index.
 * @throws GIT_FAILED, GIT_TIMEOUT, ABORTED
 */
export async function worktreeStatus(options: ReaderOptions): Promise<WorktreeStatus> {
  const reader = await createReader(options)
  try {
    const { conflicted, files } = await reader.status(['--untracked-files=no', '--ignore-submodules=all'])
    return {
      conflicted,
      modified: files
        .filter(({ index, working_dir }) => index === ' ' && ['M', 'T'].includes(working_dir))
        .map(({ path }) => path),
    }
  } catch (error) {
    throw fromSimpleGit(error, 'status', options.signal)
  }
}
