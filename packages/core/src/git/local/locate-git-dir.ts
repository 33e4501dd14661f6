import { lstat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { GitferryError } from '../../errors/index.ts'
import { readCommonDir } from './common-dir.ts'
import { notARepository } from './not-a-repository.ts'
import { isUnderRoots, resolvePath } from './resolve-path.ts'
import { readSmallFile } from './small-file.ts'
import type { GitDirectories } from './structure.ts'

/**
 * Finds the git directory of the repository whose top is `path` (links resolved, under the resolved `roots`): its
 * `.git` directory, what its `.git` file names (a linked worktree, a submodule), or `path` itself when it is
 * bare. Never looks above `path`, but to say in the error which repository it lies in.
 * @throws NOT_A_REPOSITORY, and PATH_OUTSIDE_ROOTS when a `.git` or `commondir` file leads out of the roots
 */
export async function locateGitDir(path: string, roots: readonly string[] | null): Promise<GitDirectories> {
  const dotGit = join(path, '.git')
  if (!(await exists(dotGit))) {
    if (await looksLikeGitDir(path)) return bare(path, roots)
    throw await notTheTop(path, roots)
  }
  const resolved = await resolvePath(dotGit)
  checkRoots(resolved, dotGit, roots)
  const found = await lstat(resolved).catch(() => undefined)
  if (found?.isDirectory()) return { git_dir: resolved, common_dir: await commonDir(resolved, roots) }
  if (!found?.isFile()) throw notARepository(dotGit, 'is neither a directory nor a file')

  const target = /^gitdir: (\P{Cc}+)[\r\n]*$/u.exec((await readSmallFile(resolved)) ?? '')?.[1]
  if (target === undefined) throw notARepository(dotGit, 'is a file that names no git directory')
  const gitDir = await resolvePath(target.startsWith('/') ? target : join(dirname(resolved), target))
  checkRoots(gitDir, dotGit, roots)
  if (!(await exists(join(gitDir, 'HEAD')))) {
    throw notARepository(
      dotGit,
      'names a git directory that is not there: the main repository was moved or deleted',
    )
  }
  return { git_dir: gitDir, common_dir: await commonDir(gitDir, roots) }
}

/** Whether `path` holds what git wants to see in a git directory. */
export async function looksLikeGitDir(path: string): Promise<boolean> {
  const found = await Promise.all(['HEAD', 'objects', 'refs'].map((name) => exists(join(path, name))))
  return found.every(Boolean)
}

async function bare(path: string, roots: readonly string[] | null): Promise<GitDirectories> {
  if (basename(path) === '.git') {
    throw notARepository(path, `is the git directory of a repository. Register ${dirname(path)} instead`)
  }
  return { git_dir: path, common_dir: await commonDir(path, roots) }
}

async function commonDir(gitDir: string, roots: readonly string[] | null): Promise<string> {
  const found = await readCommonDir(gitDir)
  checkRoots(found, join(gitDir, 'commondir'), roots)
  return found
}

function checkRoots(resolved: string, from: string, roots: readonly string[] | null): void {
  if (isUnderRoots(resolved, roots)) return
  throw new GitferryError(
    'PATH_OUTSIDE_ROOTS',
    `${from} leads out of the repository roots. Allow the folder that it names with --repo-root.`,
    { details: { field: 'path' } },
  )
}

async function notTheTop(path: string, roots: readonly string[] | null): Promise<GitferryError> {
  for (let above = dirname(path); isUnderRoots(above, roots); above = dirname(above)) {
    const top = basename(above) === '.git' ? dirname(above) : above
    if ((await exists(join(above, '.git'))) || (await looksLikeGitDir(above))) {
      return notARepository(path, `is a folder inside the repository ${top}. Register ${top} instead`)
    }
    if (above === dirname(above)) break
  }
  return notARepository(
    path,
    'is a folder without a git repository. Make one with "git init", or name its top',
  )
}

async function exists(path: string): Promise<boolean> {
  // Whatever cannot be looked at is no repository for us either.
  return lstat(path).then(
    () => true,
    () => false,
  )
}
