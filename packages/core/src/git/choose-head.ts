import { problemWithRefName } from '../contract/ref.ts'
import { GitferryError } from '../errors/index.ts'
import type { RemoteRefs } from './commands/ls-remote-head.ts'

const heads = 'refs/heads/'
const usual = ['main', 'master']

/**
 * The branch that HEAD of a clone is to name: the one that was asked for; else the one of the remote's HEAD; where that
 * is detached, `main`, `master`, or the first. `null`: the remote has no branch that can be named. Pure.
 * @throws BRANCH_NOT_FOUND when the remote has branches, but not the one that was asked for
 */
export function chooseHead({ head, refs }: RemoteRefs, wanted: string | null): string | null {
  const branches = [...refs.keys()]
    .filter((ref) => ref.startsWith(heads))
    .map((ref) => ref.slice(heads.length))
    .filter((name) => problemWithRefName(name) === undefined)
  if (wanted === null) {
    const preferred = [head?.slice(heads.length), ...usual].find((name) => branches.includes(name ?? ''))
    return preferred ?? branches[0] ?? null
  }
  if (branches.length === 0 || branches.includes(wanted)) return wanted
  throw new GitferryError('BRANCH_NOT_FOUND', `branch: the remote has no branch "${wanted}".`, {
    details: { field: 'branch', branch: wanted },
  })
}
