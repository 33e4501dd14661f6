import { GitferryError } from '../../../errors/index.ts'
import type { GitCommand } from '../../command.ts'
import type { GitSetting } from '../../settings.ts'

/** A tracked file that differs, as one record of `git status --porcelain=v1` names it. */
export interface StatusEntry {
  /** One letter (`M`, `A`, `U`, …): how the index differs from HEAD; a space when it does not. */
  readonly index: string
  /** One letter: how the worktree differs from the index; a space when it does not. */
  readonly worktree: string
  /** From the worktree's top. */
  readonly path: string
}

/**
 * Answers the tracked files that differ from HEAD or from the index; what was renamed is a deleted and an added
 * file. Does not look into submodules, where git would follow the submodule's own config, and, as the runner has
 * it (`GIT_OPTIONAL_LOCKS`), does not write the index.
 */
export const status = (settings: readonly GitSetting[]): GitCommand<readonly StatusEntry[]> => ({
  args: [
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=no',
    '--no-renames',
    '--ignore-submodules=all',
    '--',
  ],
  settings,
  profile: 'worktree',
  parse: ({ stdout }) =>
    stdout
      .toString('utf8')
      .split('\0')
      .filter((record) => record !== '')
      .map(parseRecord),
})

function parseRecord(record: string): StatusEntry {
  const [, index, worktree, path] = /^([ A-Z])([ A-Z]) (.+)$/s.exec(record) ?? []
  if (index === undefined || worktree === undefined || path === undefined) {
    throw new GitferryError('GIT_FAILED', 'git status printed what cannot be read.')
  }
  return { index, worktree, path }
}
