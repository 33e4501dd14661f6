import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'
import { logSettings } from './log-settings.ts'

/** Begins the line of a commit: no other line that git prints here can begin so. */
export const commitMark = '\u0001'

/**
 * Prints every commit that `tip` reaches, as a line of the mark, its author’s date (seconds since 1970) and name, and after
 * it a line with the counts of each file: `additions TAB deletions TAB path`, `-` where it is no text. Of merges no file is
 * told, and one that was only moved counts for nothing.
 */
export const logLines = (tip: string): GitCommand<void> => ({
  args: [
    'log',
    `--format=%x01%at %an`,
    '--numstat',
    '--find-renames',
    '--diff-merges=off',
    '--encoding=UTF-8',
    '--no-show-signature',
    '--no-mailmap',
    '--no-notes',
    '--no-ext-diff',
    '--no-textconv',
    '--end-of-options',
    requireOid(tip),
    '--',
  ],
  settings: logSettings,
  exactOutput: true,
  parse() {},
})

/** Counts the commits that any branch reaches. */
export const countOfBranches: GitCommand<number> = {
  args: ['rev-list', '--count', '--branches', '--'],
  parse: ({ stdout }) => Number(stdout.toString('latin1').trim()),
}
