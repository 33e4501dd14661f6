import type { GitCommand } from '../../command.ts'

/**
 * Answers the full oid of the commit that the object `oid` is, or that it (a tag) leads to; `null` when there is
 * none. `oid` is a full object name or `HEAD`; an abbreviated one answers a longer oid.
 */
export const commitOf = (oid: string): GitCommand<string | null> => ({
  args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${oid}^{commit}`],
  exitCodes: [1, 128],
  parse: ({ exitCode, stdout }) => (exitCode === 0 ? stdout.toString('latin1').trimEnd() : null),
})

/** Answers whether the commit `oid` can be reached from one of `tips`. All are full object names. */
export const isReachable = (oid: string, tips: readonly string[]): GitCommand<boolean> => ({
  args: ['rev-list', '--max-count=1', '--end-of-options', oid, ...tips.map((tip) => `^${tip}`)],
  parse: ({ stdout }) => stdout.length === 0,
})
