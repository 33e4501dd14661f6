import { access, constants, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize } from 'node:path'
import { GitferryError } from '../../errors/index.ts'
import { refuseOccupied } from '../clone-place.ts'
import { looksLikeGitDir } from './locate-git-dir.ts'
import { type OwnDataRules, refuseOwnData } from './own-data.ts'
import { isUnderRoots, resolvePath, resolveRoots } from './resolve-path.ts'

/**
 * Where a worktree is to be made: its parent exists, belongs under a repository root once links are resolved, and may
 * be written; nothing is at the path yet. Answers the path with the links of its parent resolved. To be called when
 * a clone is asked for, and again before it is made. Outside the roots nothing is told, not even what exists there.
 * @throws PATH_INVALID, PATH_OUTSIDE_ROOTS, PATH_EXISTS
 */
export async function checkClonePath(path: string, rules: OwnDataRules): Promise<string> {
  if (/\p{Cc}/u.test(path)) throw invalid('must not hold control characters')
  // not repeated: what a caller takes for a path may be a URL, with a password in it
  if (!isAbsolute(path)) throw invalid('must be absolute: /…')
  const written = normalize(path).replace(/(?<=.)\/+$/, '')
  const name = basename(written)
  if (name === '') throw invalid('must name a folder that is to be made')
  const parent = await resolvePath(dirname(written))
  const place = join(parent, name)
  if (!isUnderRoots(parent, await resolveRoots(rules.repoRoots))) {
    throw new GitferryError(
      'PATH_OUTSIDE_ROOTS',
      'path: lies outside the repository roots. Choose one below them, or allow its parent with --repo-root.',
      { details: { field: 'path' } },
    )
  }
  await refuseOwnData([parent, place], rules).catch((error: GitferryError) => {
    throw new GitferryError(error.code, `path: ${error.message}`, { details: error.details })
  })
  const found = await stat(parent).catch(() => undefined)
  if (!found?.isDirectory()) throw invalid('must be in a folder that exists')
  await refuseGitDirectory(place)
  await access(parent, constants.W_OK | constants.X_OK).catch((cause: unknown) => {
    throw invalid('must be in a folder that this user may write', cause)
  })
  await refuseOccupied(place)
  return place
}

/** In a git directory a folder can be what git runs: `hooks`. @throws PATH_INVALID */
async function refuseGitDirectory(place: string): Promise<void> {
  if (place.split('/').some((name) => name.toLowerCase() === '.git')) {
    throw invalid('must not name a folder ".git", nor lie in one')
  }
  for (let above = dirname(place); above !== dirname(above); above = dirname(above)) {
    if (await looksLikeGitDir(above)) throw invalid('must not lie in a git directory')
  }
}

const invalid = (problem: string, cause?: unknown): GitferryError =>
  new GitferryError('PATH_INVALID', `path: ${problem}.`, { details: { field: 'path' }, cause })
