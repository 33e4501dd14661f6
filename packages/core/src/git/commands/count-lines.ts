import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'
import { logSettings } from './log-settings.ts'

/**
 * Prints how many lines each text file of a commit has: neither binary files, nor links, nor submodules. To be read by a
 * `LineCountReader`. The pattern is empty, and matches every line.
 */
export const countLines = (commit: string): GitCommand<void> => ({
  args: [
    'grep',
    '-I',
    '--count',
    '--null',
    '--full-name',
    '--no-color',
    '--no-textconv',
    '--no-recurse-submodules',
    '--fixed-strings',
    '-e',
    '',
    requireOid(commit),
    '--',
  ],
  settings: logSettings,
  // nothing matches: there is no text file, or none with a line in it
  exitCodes: [1],
  exactOutput: true,
  parse() {},
})
