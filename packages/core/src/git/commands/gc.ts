import type { GitCommand } from '../command.ts'

/**
 * Packs everything anew and drops what no ref has reached for two weeks (git-gc(1)); younger ones wait in a cruft
 * pack, each with its own age. Stays in the foreground.
 */
export const gc = (): GitCommand<void> => ({
  args: ['gc', '--quiet', '--cruft', '--prune=2.weeks.ago'],
  settings: [
    ['gc.autoDetach', 'false'],
    ['gc.writeCommitGraph', 'false'],
  ],
  parse() {},
})
