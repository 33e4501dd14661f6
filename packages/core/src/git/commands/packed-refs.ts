import type { GitCommand } from '../command.ts'

/**
 * Answers branches and tags as a `packed-refs` file holds them (git-pack-refs(1)). Without what tags lead to: git before
 * 2.45 tells of a tag of a tag the first step only, and finds out for itself what no line tells.
 */
export const packedRefs = (): GitCommand<string> => ({
  args: ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/remotes', 'refs/tags'],
  exactOutput: true,
  parse: ({ stdout }) => `# pack-refs with: sorted \n${stdout.toString('latin1')}`,
})
