import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'
import { logSettings } from './log-settings.ts'

/**
 * How history is walked. `streamed`: every commit is printed, as git comes by it, which is at once; where a clock went
 * wrong, a parent may come before its child. `ordered`: only what concerns the directory is printed, and no parent before
 * its children; that takes a look at the whole history before the first line, unless a commit-graph tells git how far it
 * must look, and is the quicker way only where that tells the changed paths, too.
 */
export type WalkOrder = 'streamed' | 'ordered'

/**
 * Prints how the history of a directory hangs together: commits, their parents and, for each parent, the files of the
 * directory that are not what they were there. To be read by a `DirectoryWalkReader`. Where commits are left out,
 * parents are those that git puts in their place.
 *
 * Not left out and out of order: git forgets the parents of what it has printed, and takes such a commit for a first one
 * when it meets it again on its way to a parent.
 *
 * `directory`: a path that has passed the rules; '' for the top.
 */
export const walkDirectory = (commit: string, directory: string, order: WalkOrder): GitCommand<void> => ({
  args: [
    'log',
    order === 'streamed' ? '--sparse' : '--date-order',
    '--full-history',
    '--parents',
    '--diff-merges=separate',
    // The one short format whose first line says which parent the files are compared with, and nothing that people wrote.
    '--format=short',
    '--name-status',
    '-z',
    '--no-renames',
    '--ignore-submodules=none',
    '--no-abbrev',
    '--no-abbrev-commit',
    '--no-decorate',
    '--no-notes',
    '--no-mailmap',
    '--encoding=none',
    '--end-of-options',
    requireOid(commit),
    '--',
    ...(directory === '' ? [] : [directory]),
  ],
  settings: logSettings,
  exactOutput: true,
  parse() {},
})
