import type { GitRunner, GitRunOptions } from '../command.ts'
import type { GitSetting } from '../settings.ts'
import { type StatusEntry, status } from './commands/status.ts'

const maxOutputBytes = 256 * 1024 * 1024

export interface WorktreeStatusOptions extends Pick<GitRunOptions, 'gitDir' | 'workTree' | 'signal'> {
  readonly runner: GitRunner
  /** Settings for this command alone, above all others. */
  readonly settings: readonly GitSetting[]
}

/** What stands in the way of a checkout, as far as `git status` shows it. Paths from the worktree's top. */
export interface WorktreeStatus {
  /** Files in which a merge left conflicts. */
  readonly conflicted: readonly string[]
  /** Files that differ from the index, the index being as HEAD has it. */
  readonly modified: readonly string[]
}

/**
 * Asks for the status of tracked files. Does not look into submodules, and does not write the index.
 * @throws GIT_*, ABORTED
 */
export async function worktreeStatus({
  runner,
  settings,
  ...options
}: WorktreeStatusOptions): Promise<WorktreeStatus> {
  const entries = await runner.run(status(settings), { ...options, maxOutputBytes })
  return {
    conflicted: entries.filter(isConflicted).map(({ path }) => path),
    modified: entries
      .filter(({ index, worktree }) => index === ' ' && ['M', 'T'].includes(worktree))
      .map(({ path }) => path),
  }
}

/** The unmerged states of git-status(1). */
const isConflicted = ({ index, worktree }: StatusEntry): boolean =>
  index === 'U' || worktree === 'U' || ['AA', 'DD'].includes(index + worktree)
