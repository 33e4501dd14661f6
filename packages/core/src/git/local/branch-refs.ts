import type { Branch } from '../../contract/branch.ts'
import { problemWithRefName } from '../../contract/ref.ts'
import { GitferryError } from '../../errors/index.ts'
import type { ListedRef } from './commands/list-refs.ts'
import { refInTheWay } from './room-for-ref.ts'

const heads = 'refs/heads/'
const remotes = 'refs/remotes/'

/** @throws REF_INVALID when `name` is not one that a person may give */
export function checkBranchName(name: string, field: string): void {
  const problem = problemWithRefName(name)
  if (problem === undefined) return
  throw new GitferryError('REF_INVALID', `${field}: ${problem}`, { details: { field } })
}

/** A ref as the branch that it is. Names are cut from full refs, never guessed: `refs/heads/HEAD` is "HEAD". */
export function toBranch({ ref, oid }: Pick<ListedRef, 'ref' | 'oid'>, current: string | null): Branch {
  const isLocal = ref.startsWith(heads)
  const name = ref.slice(isLocal ? heads.length : remotes.length)
  return {
    name,
    type: isLocal ? 'local' : 'remote',
    is_current: isLocal && name === current,
    last_commit: oid,
  }
}

/** The branches of one repository at one moment, by full ref. */
export class BranchRefs {
  readonly #oids: ReadonlyMap<string, string>

  constructor(refs: readonly ListedRef[]) {
    this.#oids = new Map(branchRefs(refs).map(({ ref, oid }) => [ref, oid]))
  }

  local(name: string): string | undefined {
    return this.#oids.get(heads + name)
  }

  remote(name: string): string | undefined {
    return this.#oids.get(remotes + name)
  }

  /** Full refs of all remote branches. */
  remotes(): string[] {
    return [...this.#oids.keys()].filter((ref) => ref.startsWith(remotes))
  }

  oid(ref: string): string | undefined {
    return this.#oids.get(ref)
  }

  /**
   * @throws BRANCH_EXISTS when the local branch `name` is there, or one that leaves no room for it: git keeps
   * refs like files, and `a` cannot stand beside `a/b`
   */
  checkRoomFor(name: string): void {
    if (this.local(name) !== undefined) {
      throw new GitferryError('BRANCH_EXISTS', `The branch "${name}" exists already.`, {
        details: { field: 'name', branch: name },
      })
    }
    const local = [...this.#oids.keys()].filter((ref) => ref.startsWith(heads))
    const other = refInTheWay(heads + name, local)?.slice(heads.length)
    if (other === undefined) return
    throw new GitferryError(
      'BRANCH_EXISTS',
      `There is no room for "${name}" beside the branch "${other}": git keeps refs like files in folders.`,
      { details: { field: 'name', branch: other } },
    )
  }
}

/** What counts as a branch: aliases of remote branches (`origin/HEAD`) do not, as `git branch -r` lists none. */
export const branchRefs = (refs: readonly ListedRef[]): readonly ListedRef[] =>
  refs.filter(({ ref, symref }) => symref === null || ref.startsWith(heads))

/**
 * The refs of a store as a clone would have them: `refs/remotes/origin/heads/x` as `refs/remotes/origin/x`, and no tags
 * of remotes. Pure; for showing alone, there are no such refs.
 */
export const asInClone = (refs: readonly ListedRef[]): readonly ListedRef[] =>
  refs.flatMap((listed) => {
    if (!listed.ref.startsWith(remotes)) return listed
    const [, remote, name] = /^refs\/remotes\/(.+?)\/heads\/(.+)$/.exec(listed.ref) ?? []
    return remote === undefined ? [] : { ...listed, ref: `${remotes}${remote}/${name}` }
  })

/** `BRANCH_NOT_FOUND`; `field` is the one of the request that names the branch. */
export const branchNotFound = (branch: string, message: string, field = 'branch'): GitferryError =>
  new GitferryError('BRANCH_NOT_FOUND', message, { details: { field, branch } })
