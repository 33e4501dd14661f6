import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'
import { classifyFailure } from '../parsers/failure.ts'

export interface CommitDistance {
  /** Commits that the source has and the target lacks. */
  readonly ahead: number
  /** Commits that the target has and the source lacks. */
  readonly behind: number
}

const isMissing =
  /bad object|bad revision|unknown revision|invalid revision range|invalid symmetric difference|could not parse/i

/**
 * How far two commits are apart; `behind` 0 means that going from target to source is a fast-forward. Annotated
 * tags count as the commit that they tag. Answers `missing` when one of the two is not in this repository, or
 * is no commit at all.
 * @throws GIT_FAILED when a commit between them cannot be read
 */
export const compareCommits = (source: string, target: string): GitCommand<CommitDistance | 'missing'> => ({
  args: [
    'rev-list',
    '--left-right',
    '--count',
    '--end-of-options',
    `${requireOid(source)}^{commit}...${requireOid(target)}^{commit}`,
    '--',
  ],
  exitCodes: [128],
  parse({ exitCode, stdout, stderr }) {
    if (exitCode !== 0) {
      const failure = classifyFailure({ verb: 'rev-list', exitCode, stderr })
      // in a damaged pack git finds nothing either, and says first why
      if (failure.details.reason !== 'corrupt' && isMissing.test(stderr)) return 'missing'
      throw failure
    }
    const match = /^(\d+)\t(\d+)$/.exec(stdout.toString('latin1').trim())
    if (!match) throw new GitferryError('GIT_FAILED', 'git rev-list printed no pair of counts.')
    return { ahead: Number(match[1]), behind: Number(match[2]) }
  },
})
