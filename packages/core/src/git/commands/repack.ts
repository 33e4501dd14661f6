import type { GitCommand } from '../command.ts'

/**
 * Rolls small packs up into larger ones, so that each is at least twice the next (git-repack(1), `--geometric`). No
 * object is dropped, reachable or not.
 */
export const repack = (): GitCommand<void> => ({
  args: ['repack', '--geometric=2', '-d', '-q', '-n'],
  parse() {},
})
