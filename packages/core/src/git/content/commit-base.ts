import { GitferryError, isGitferryError } from '../../errors/index.ts'
import type { GitRunner, GitRunOptions } from '../command.ts'
import { heldBranches } from '../held-branches.ts'
import { BranchRefs, branchNotFound } from '../local/branch-refs.ts'
import { commitOf, isReachable } from '../local/commands/commits.ts'
import { listRefs } from '../local/commands/list-refs.ts'

export interface CommitPlace {
  /** Short name. */
  readonly branch: string
  /** Short name; `null`: the branch goes on from where it is. */
  readonly startBranch: string | null
  /** Whether a branch that is there may be left for a commit on `startBranch`. */
  readonly force: boolean
}

/** What a commit is to be made on. */
export interface CommitBase {
  /** What the branch is now; `null`: it is not there. */
  readonly tip: string | null
  /** `null`: the commit is to be the first of the repository. */
  readonly parent: string | null
  /** Whether commits of the branch would be left out. */
  readonly isForced: boolean
}

/**
 * Finds what a commit is to be made on. As GitLab does: without `startBranch` the branch must be there, or the repository
 * have none; with it the branch must not be there yet, unless `force`.
 * @throws BRANCH_NOT_FOUND, BRANCH_EXISTS, BRANCH_CHECKED_OUT (a worktree stands on it, or waits for its first commit)
 */
export async function findCommitBase(
  { branch, startBranch, force }: CommitPlace,
  {
    runner,
    commonDir,
    ...options
  }: { readonly runner: GitRunner; readonly commonDir: string } & GitRunOptions,
): Promise<CommitBase> {
  const run = { ...options, gitDir: commonDir }
  const [refs, held] = await Promise.all([
    runner.run(listRefs(['refs/heads']), run),
    heldBranches(runner, commonDir, run),
  ])
  const branches = new BranchRefs(refs)
  const tip = branches.local(branch) ?? null
  const start = startBranch === null || startBranch === branch ? undefined : startBranch
  if (start === undefined && tip === null && refs.length > 0) {
    throw branchNotFound(
      branch,
      `branch: there is no branch "${branch}". Name the branch to make it from in start_branch.`,
    )
  }
  const from = start === undefined ? tip : branches.local(start)
  if (from === undefined) {
    throw branchNotFound(start!, `start_branch: there is no branch "${start}" to begin from.`, 'start_branch')
  }
  if (tip === null || (start !== undefined && !force)) checkRoomFor(branches, branch)
  refuseHeld(branch, held)
  if (from === null) return { tip, parent: null, isForced: false }
  const parent = await runner.run(commitOf(from), run)
  if (parent !== from) {
    const field = start === undefined ? 'branch' : 'start_branch'
    throw branchNotFound(
      start ?? branch,
      `${field}: the branch leads to no commit in this repository.`,
      field,
    )
  }
  const isForced = tip !== null && tip !== parent && !(await runner.run(isReachable(tip, [parent]), run))
  return { tip, parent, isForced }
}

/** @throws BRANCH_EXISTS, about the field that names the branch here */
function checkRoomFor(branches: BranchRefs, branch: string): void {
  try {
    branches.checkRoomFor(branch)
  } catch (error) {
    if (!isGitferryError(error)) throw error
    const { code, message, details } = error
    throw new GitferryError(code, `branch: ${message}`, { details: { ...details, field: 'branch' } })
  }
}

function refuseHeld(branch: string, held: ReadonlySet<string>): void {
  if (!held.has(`refs/heads/${branch}`)) return
  throw new GitferryError(
    'BRANCH_CHECKED_OUT',
    `branch: "${branch}" is checked out in a worktree, whose files would look changed. Commit there, or to another branch.`,
    { details: { field: 'branch', branch } },
  )
}
