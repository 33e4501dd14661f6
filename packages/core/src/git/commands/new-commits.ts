import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'

export interface NewCommitsInput {
  /** Oids of commits from which to go back. */
  readonly tips: Iterable<string>
  /** Oids of commits that are known, with all that they reach. */
  readonly known: Iterable<string>
}

/**
 * Lists every commit that one of the tips reaches and none of the known ones does: oid → oids of its parents. However
 * many tips there are: they travel by stdin, where nothing but an object name is let through.
 * @throws INVALID_INPUT for what is no full oid; GIT_FAILED when one of the commits is not in this repository
 */
export const newCommits = ({ tips, known }: NewCommitsInput): GitCommand<Map<string, readonly string[]>> => ({
  args: ['rev-list', '--parents', '--stdin', '--end-of-options', '--'],
  stdin: [
    ...Array.from(tips, (oid) => `${requireOid(oid)}\n`),
    ...Array.from(known, (oid) => `^${requireOid(oid)}\n`),
  ].join(''),
  exactOutput: true,
  parse({ stdout }) {
    const commits = new Map<string, readonly string[]>()
    for (const line of stdout.toString('latin1').split('\n')) {
      if (line === '') continue
      if (!/^[0-9a-f]{40,64}(?: [0-9a-f]{40,64})*$/.test(line)) {
        throw new GitferryError('GIT_FAILED', 'git rev-list printed no commit with its parents.')
      }
      const [oid = '', ...parents] = line.split(' ')
      commits.set(oid, parents)
    }
    return commits
  },
})
