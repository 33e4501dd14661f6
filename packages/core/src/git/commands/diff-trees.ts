import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'
import { logSettings } from './log-settings.ts'

/**
 * Prints in which files two commits or trees differ, moved ones as one: first what became of each, then the lines of each.
 * To be read by a `DiffReader`.
 */
export const diffTrees = (from: string, to: string): GitCommand<void> => ({
  args: [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--numstat',
    '--find-renames',
    '--no-abbrev',
    '--no-ext-diff',
    '--no-textconv',
    '--ignore-submodules=none',
    '--end-of-options',
    requireOid(from),
    requireOid(to),
  ],
  settings: logSettings,
  exactOutput: true,
  parse() {},
})
