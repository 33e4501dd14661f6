import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { RepoRow } from '../../contract/repo.ts'
import { GitferryError } from '../../errors/index.ts'
import { throwIfAborted } from '../../runtime/abort.ts'
import type { GitRunner } from '../command.ts'
import { type CheckoutTarget, checkout } from './commands/checkout.ts'
import { allPaths, changedPaths } from './commands/trees.ts'
import { filteredChange } from './filtered-change.ts'
import { isMainBare, type LocalConfig, problemWithConfig, withoutFilters } from './local-config.ts'
import { locateGitDir } from './locate-git-dir.ts'
import { operationInProgress } from './operation-in-progress.ts'
import { resolvePath } from './resolve-path.ts'
import { worktreeStatus } from './worktree-status.ts'
import { listWorktrees } from './worktrees.ts'

const maxOutputBytes = 256 * 1024 * 1024
/** For git to rewrite the worktree, in ms: nothing stops it halfway but this. */
const checkoutTimeoutMs = 600_000
const shownPaths = 10

export interface SwitchWorktreeOptions {
  readonly repo: Pick<RepoRow, 'path' | 'git_dir' | 'common_dir'>
  readonly runner: GitRunner
  readonly config: LocalConfig
  /** The commit that HEAD is at; `null` when its branch is unborn. */
  readonly head: string | null
  readonly signal?: AbortSignal | undefined
}

/**
 * Switches the user's worktree to `target`, whose commit is `commit`. Everything that speaks against it is
 * found before anything is changed; the move itself is not interrupted, so that an abort leaves the worktree
 * whole: as it was, or switched.
 * @throws CHECKOUT_REFUSED with the reason and, in `details.paths`, the files in question; ABORTED; GIT_*
 */
export async function switchWorktree(
  target: CheckoutTarget,
  commit: string,
  { repo, runner, config, head, signal }: SwitchWorktreeOptions,
): Promise<void> {
  const { path, git_dir: gitDir } = repo
  const options = { gitDir, workTree: path, signal }
  await checkState(target.name, { repo, runner, config, signal })

  const changed =
    head === null
      ? await runner.run(allPaths(commit), { gitDir, signal, maxOutputBytes })
      : await runner.run(changedPaths(head, commit), { gitDir, signal, maxOutputBytes })
  const filtered = changed.length > 0 && (await filteredChange(commit, changed, { runner, ...options }))
  if (filtered) {
    throw refused(
      target.name,
      `the filter "${filtered.filter}" would have to run for ${filtered.path}, and gitferry starts no program that a repository names. Check it out with git itself`,
      [filtered.path],
    )
  }

  const settings = withoutFilters(config)
  const { conflicted, modified } = await worktreeStatus({ runner, settings, ...options })
  if (conflicted.length > 0) {
    throw refused(target.name, 'a merge left conflicts. Resolve them first', conflicted)
  }
  const changing = new Set(changed)
  const atRisk = modified.filter((file) => changing.has(file))
  if (atRisk.length > 0) throw refused(target.name, wouldLose, atRisk)

  throwIfAborted(signal)
  const inTheWay = await runner.run(checkout(target, settings), {
    gitDir,
    workTree: path,
    timeoutMs: checkoutTimeoutMs,
  })
  if (inTheWay.length > 0) throw refused(target.name, wouldLose, inTheWay)
}

const wouldLose =
  'files that are changed, untracked or ignored would be overwritten. Commit or move them first'

async function checkState(
  branch: string,
  { repo, runner, config, signal }: Pick<SwitchWorktreeOptions, 'repo' | 'runner' | 'config' | 'signal'>,
): Promise<void> {
  const found = await locateGitDir(repo.path, null)
  if (found.git_dir !== repo.git_dir || (await resolvePath(repo.path)) !== repo.path) {
    throw refused(branch, `${repo.path} is the worktree of another repository by now. Register it anew`)
  }
  const operation = await operationInProgress(repo.git_dir)
  if (operation !== undefined) {
    throw refused(branch, `a ${operation} is in progress in ${repo.path}. Finish or abort it first`)
  }
  for (const worktree of await listWorktrees(repo.common_dir, { runner, signal })) {
    if (worktree.git_dir === repo.git_dir) continue
    if (worktree.git_dir === repo.common_dir && isMainBare(config)) continue
    if (!worktree.branches.includes(branch)) continue
    throw refused(branch, `it is checked out in the worktree ${worktree.path}`)
  }
  const isLocked = await access(join(repo.git_dir, 'index.lock')).then(
    () => true,
    () => false,
  )
  if (isLocked) {
    throw refused(
      branch,
      `another git works in ${repo.path} (index.lock is there). Wait for it; if none is running, remove that file`,
    )
  }
  const problem = await problemWithConfig(config, repo)
  if (problem !== undefined) {
    throw refused(
      branch,
      `the repository's config sets ${problem.key}, which ${problem.reason}. Check it out with git itself`,
    )
  }
}

export function refused(branch: string, reason: string, paths: readonly string[] = []): GitferryError {
  const shown = paths.slice(0, shownPaths).join(', ')
  const more = paths.length > shownPaths ? ` and ${paths.length - shownPaths} more` : ''
  const list = paths.length === 0 ? '' : ` (${shown}${more})`
  return new GitferryError('CHECKOUT_REFUSED', `"${branch}" cannot be checked out: ${reason}${list}.`, {
    details: { branch, ...(paths.length > 0 && { paths: paths.slice(0, 1000) }) },
  })
}
