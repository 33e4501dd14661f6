import { lstat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import { locateGitDir } from './local/locate-git-dir.ts'
import { refuseOwnData } from './local/own-data.ts'
import { isUnderRoots, resolvePath, resolveRoots } from './local/resolve-path.ts'
import { fileErrorCode } from './local/small-file.ts'
import { checkStructure, type GitDirectories } from './local/structure.ts'

/**
 * The directories of a repository on this machine that a remote names by its path: the top of a worktree, its
 * `.git`, or a bare repository. git is to be given the common directory, for on the path it would follow links,
 * `.git` files and `commondir` files wherever they lead; here each of them must stay under the roots.
 *
 * To be called before every use, as `checkStructure`, which it calls. `repoRoots` `null`: every path is allowed, but
 * none into `dataDir`, gitferry's own.
 * @throws PATH_OUTSIDE_ROOTS (also for what does not exist there), GIT_REMOTE_NOT_FOUND, NOT_A_REPOSITORY
 */
export async function openLocal(
  path: string,
  repoRoots: readonly string[] | null,
  { dataDir }: { readonly dataDir?: string | undefined } = {},
): Promise<GitDirectories> {
  const roots = await resolveRoots(repoRoots)
  const resolved = await resolvePath(path)
  if (!isUnderRoots(resolved, roots)) {
    throw new GitferryError('PATH_OUTSIDE_ROOTS', `${path} leads outside the repository roots.`)
  }
  await refuseOwnData([resolved], { dataDir, repoRoots })
  await lstat(resolved).catch((cause: unknown) => {
    throw notFound(`There is nothing to be read at ${path} (${fileErrorCode(cause)})`, cause)
  })
  const top = basename(resolved) === '.git' ? dirname(resolved) : resolved
  const directories = await locateGitDir(top, roots).catch((error: unknown) => {
    if (!isGitferryError(error, 'NOT_A_REPOSITORY')) throw error
    throw notFound(`There is no repository at ${path}`, error)
  })
  await refuseOwnData(Object.values(directories), { dataDir, repoRoots })
  await checkStructure(directories, repoRoots)
  return directories
}

const notFound = (what: string, cause: unknown): GitferryError =>
  new GitferryError('GIT_REMOTE_NOT_FOUND', `${what}. Check the remote's path.`, { cause })
