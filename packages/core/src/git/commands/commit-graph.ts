import type { GitCommand } from '../command.ts'

/** The changed paths of this many commits are computed at once; the rest follows with the next ones. */
const mostNewFilters = 10_000

/**
 * Writes down how the commits that refs reach follow each other, with the paths that each changed, in layers
 * (git-commit-graph(1)): what `rev-list` asks is then answered without opening a commit.
 */
export const writeCommitGraph = (): GitCommand<void> => ({
  args: [
    'commit-graph',
    'write',
    '--reachable',
    '--changed-paths',
    `--max-new-filters=${mostNewFilters}`,
    '--split',
    '--no-progress',
  ],
  parse() {},
})
