import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { GitRunner } from '../command.ts'
import { readHead } from './head.ts'
import { fileErrorCode, readSmallFile } from './small-file.ts'

/** A worktree of a repository, and the branches that may not be moved or deleted because of it. */
export interface Worktree {
  /** Its own git directory; that of the main worktree is the common one. */
  readonly git_dir: string
  /** Its top, for messages. */
  readonly path: string
  /** The branch checked out there, and one that a rebase or bisect will go back to. */
  readonly branches: readonly string[]
}

/**
 * Lists the worktrees of a repository, the main one (or, in a bare repository, its HEAD) first. Read from git's
 * files; no process but for reftable repositories.
 */
export async function listWorktrees(
  commonDir: string,
  options: { readonly runner: GitRunner; readonly signal?: AbortSignal | undefined },
): Promise<readonly Worktree[]> {
  const linked = await readdir(join(commonDir, 'worktrees')).catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw error
  })
  const worktrees = [await describeWorktree(commonDir, dirname(commonDir), options)]
  for (const name of linked.sort()) {
    const gitDir = join(commonDir, 'worktrees', name)
    const dotGit = (await readSmallFile(join(gitDir, 'gitdir')))?.trimEnd()
    // Without that file it is what a removed worktree left behind.
    if (dotGit !== undefined) worktrees.push(await describeWorktree(gitDir, dirname(dotGit), options))
  }
  return worktrees
}

async function describeWorktree(
  gitDir: string,
  path: string,
  options: Parameters<typeof listWorktrees>[1],
): Promise<Worktree> {
  const { branch } = await readHead(gitDir, options)
  const kept = await Promise.all(
    ['rebase-merge/head-name', 'rebase-apply/head-name', 'BISECT_START'].map((name) =>
      readSmallFile(join(gitDir, name)),
    ),
  )
  const branches = [branch, ...kept.map((text) => text?.trimEnd().replace(/^refs\/heads\//, ''))]
  return { git_dir: gitDir, path, branches: branches.filter((name) => typeof name === 'string') }
}
