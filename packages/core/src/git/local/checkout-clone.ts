import { join } from 'node:path'
import type { GitRunner } from '../command.ts'
import { setSymbolicRef } from './commands/symbolic-ref.ts'
import { LocalRepository } from './local-repository.ts'

export interface CloneCheckout {
  /** The top of the worktree, links resolved. */
  readonly path: string
  /** What is checked out, a short name. */
  readonly branch: string
  /** What the HEAD of the remote names, a short name; `null`: nothing. */
  readonly defaultBranch: string | null
}

/**
 * Checks a branch of `origin` out in a repository that was just made and fetched into: the local branch is created and
 * follows it; no hook and no filter runs.
 * @throws CHECKOUT_REFUSED where a filter (LFS) would have to run, BRANCH_NOT_FOUND, REF_INVALID, GIT_*, ABORTED
 */
export async function checkoutClone(
  { path, branch, defaultBranch }: CloneCheckout,
  { runner, signal }: { readonly runner: GitRunner; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const gitDir = join(path, '.git')
  const origin = 'refs/remotes/origin'
  if (defaultBranch !== null) {
    await runner.run(setSymbolicRef(`${origin}/HEAD`, `${origin}/${defaultBranch}`), { gitDir, signal })
  }
  const repo = { path, git_dir: gitDir, common_dir: gitDir, is_bare: false }
  // half a checkout of a clone that is given up is thrown away: unlike a user's worktree, it may be cut short
  const interrupted: GitRunner = {
    run: (command, options) => runner.run(command, { ...options, signal: options?.signal ?? signal }),
  }
  await new LocalRepository({ repo, runner: interrupted }).checkout(
    { branch: `origin/${branch}` },
    { signal },
  )
}
