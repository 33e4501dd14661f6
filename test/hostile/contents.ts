import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiSandbox } from '@gitferry/core/testing'

/** Links that lead out of the repository → what they hold, as the corpus has them. */
export const leadingOut = { 'link-to-etc-hostname': '/etc/hostname', 'link-dir': '/etc' } as const

/**
 * Makes a bare repository with branches of these names and three more: `main` has the links and a file `-rf`, `folders`
 * a directory of that name, `links` the links alone.
 * @returns its path
 */
export function makeContents({ git, originPath, root }: ApiSandbox, branches: readonly string[]): string {
  const [path, worktree] = [join(root, 'contents.git'), join(root, 'contents')]
  git(root, 'clone', '--quiet', '--template=', originPath, worktree)
  const commit = (branch: string): void => {
    git(worktree, 'add', '--all')
    git(worktree, 'commit', '--quiet', '--message', branch)
    git(worktree, 'branch', '--force', branch)
  }
  git(worktree, 'checkout', '--quiet', '--detach')
  for (const [name, target] of Object.entries(leadingOut)) symlinkSync(target, join(worktree, name))
  commit('links')
  writeFileSync(join(worktree, '-rf'), 'a file\n')
  commit('main')
  for (const name of branches) git(worktree, 'branch', name, 'main')
  rmSync(join(worktree, '-rf'))
  mkdirSync(join(worktree, '-rf'))
  writeFileSync(join(worktree, '-rf', 'file'), 'in a directory\n')
  commit('folders')
  git(worktree, 'checkout', '--quiet', 'main')
  git(root, 'clone', '--quiet', '--bare', '--template=', worktree, path)
  rmSync(worktree, { recursive: true })
  return path
}
