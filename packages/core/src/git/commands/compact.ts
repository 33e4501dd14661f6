import type { GitCommand } from '../command.ts'

/** Puts every reachable object into one new pack and drops the other packs, with what only they held. */
export const repackReachable = (): GitCommand<void> => ({
  args: ['repack', '-a', '-d', '-q', '-n'],
  parse() {},
})

/** Drops loose objects that no ref reaches, however young. To be called while nobody else writes. */
export const pruneLoose = (): GitCommand<void> => ({ args: ['prune', '--expire=now'], parse() {} })
