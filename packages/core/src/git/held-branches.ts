import type { GitRunner, GitRunOptions } from './command.ts'
import { checkedOutBranches } from './commands/checked-out-branches.ts'
import { listWorktrees } from './local/worktrees.ts'

/**
 * The branches that may not be moved: what a worktree stands on now, or will go back to when its rebase or bisect ends.
 * Full names.
 */
export async function heldBranches(
  runner: GitRunner,
  commonDir: string,
  options: GitRunOptions,
): Promise<ReadonlySet<string>> {
  const [{ branches, isBare }, worktrees] = await Promise.all([
    runner.run(checkedOutBranches(), { ...options, gitDir: commonDir }),
    listWorktrees(commonDir, { runner, signal: options.signal }),
  ])
  const kept = worktrees.slice(isBare ? 1 : 0).flatMap((worktree) => worktree.branches)
  return new Set([...branches, ...kept.map((name) => `refs/heads/${name}`)])
}
