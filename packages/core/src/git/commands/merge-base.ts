import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'
import { isOid, requireOid } from '../full-ref.ts'

/**
 * A best common ancestor of two commits, `null` when their histories have no commit in common. Annotated tags count as
 * the commit that they tag.
 * @throws INVALID_INPUT for what is no full oid; GIT_FAILED when one of the two is not in this repository
 */
export const mergeBase = (one: string, other: string): GitCommand<string | null> => ({
  args: ['merge-base', '--end-of-options', `${requireOid(one)}^{commit}`, `${requireOid(other)}^{commit}`],
  exitCodes: [1],
  parse({ exitCode, stdout }) {
    if (exitCode === 1) return null
    const oid = stdout.toString('latin1').trim()
    if (!isOid(oid)) throw new GitferryError('GIT_FAILED', 'git merge-base printed no commit.')
    return oid
  },
})
