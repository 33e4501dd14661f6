import type { Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { RepoRow } from '../../contract/repo.ts'
import { GitferryError, isGitferryError } from '../../errors/index.ts'
import type { GitRunner } from '../command.ts'
import { describeRepository } from './commands/describe-repository.ts'
import { locateGitDir } from './locate-git-dir.ts'
import { notARepository } from './not-a-repository.ts'
import { refuseOwnData } from './own-data.ts'
import { isUnderRoots, resolvePath, resolveRoots } from './resolve-path.ts'
import { fileErrorCode } from './small-file.ts'
import { checkStructure, type GitDirectories } from './structure.ts'

const maxPathLength = 4096
/** A config that includes a pipe would keep git waiting. In ms. */
const timeoutMs = 10_000

export interface InspectRepositoryOptions {
  readonly runner: GitRunner
  /** Folders under which repositories may lie; `null`: anywhere. */
  readonly repoRoots: readonly string[] | null
  /** gitferry’s own folder, where no repository may be registered; unset: none. */
  readonly dataDir?: string | undefined
  /** User ids, besides our own, whose repositories are taken. */
  readonly trustedOwners: readonly number[]
  readonly signal?: AbortSignal | undefined
}

export interface InspectedRepository
  extends Pick<RepoRow, 'path' | 'git_dir' | 'common_dir' | 'is_bare' | 'object_format'> {
  /** The top of the worktree; `null` when the repository is bare. */
  readonly work_tree: string | null
}

/**
 * Finds out whether `path` is the top of a repository that may be registered, and what kind it is. Nothing in
 * it is run or changed, and what its config and hooks hold is no reason to refuse. Outside the roots nothing is
 * told, not even whether a path exists.
 * @throws PATH_INVALID, PATH_OUTSIDE_ROOTS, NOT_A_REPOSITORY, PATH_NOT_OWNED, ABORTED
 */
export async function inspectRepository(
  path: string,
  { runner, repoRoots, dataDir, trustedOwners, signal }: InspectRepositoryOptions,
): Promise<InspectedRepository> {
  checkText(path)
  const roots = await resolveRoots(repoRoots)
  const resolved = await resolvePath(path)
  if (!isUnderRoots(resolved, roots)) {
    throw new GitferryError(
      'PATH_OUTSIDE_ROOTS',
      `${path} lies outside the repository roots. Move the repository, or allow its folder with --repo-root.`,
      { details: { field: 'path' } },
    )
  }
  await refuseOwnData([resolved], { dataDir, repoRoots })
  await checkDirectory(resolved)
  const directories = await locateGitDir(resolved, roots)
  await refuseOwnData(Object.values(directories), { dataDir, repoRoots })
  await checkStructure(directories, repoRoots)
  await checkOwner(resolved, directories, trustedOwners)

  const { isBare, objectFormat } = await runner
    .run(describeRepository(), { gitDir: directories.git_dir, signal, timeoutMs })
    .catch((error: unknown) => {
      if (!isGitferryError(error, 'GIT_FAILED')) throw error
      throw notARepository(resolved, `holds a repository that git cannot open (${error.message})`, error)
    })
  if (directories.git_dir === resolved && !isBare) {
    throw notARepository(
      resolved,
      'is a git directory but not a bare repository. Register its worktree instead, or set core.bare to true there',
    )
  }
  return {
    path: resolved,
    ...directories,
    is_bare: isBare,
    object_format: objectFormat,
    work_tree: isBare ? null : resolved,
  }
}

const invalid = (message: string): GitferryError =>
  new GitferryError('PATH_INVALID', message, { details: { field: 'path' } })

function checkText(path: string): void {
  if (path === '') throw invalid('The path is empty.')
  if (/\p{Cc}/u.test(path)) throw invalid('The path holds control characters.')
  if (path.length > maxPathLength) throw invalid(`The path has more than ${maxPathLength} characters.`)
  // not repeated: what a caller takes for a path may be a URL, with a password in it
  if (!isAbsolute(path)) throw invalid('The path is not absolute. Give it from the root: /…')
}

async function checkDirectory(path: string): Promise<void> {
  let found: Stats
  try {
    found = await lstat(path)
  } catch (error) {
    const code = fileErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') throw invalid(`The path ${path} does not exist.`)
    if (code === 'ENAMETOOLONG') throw invalid('A part of the path is too long.')
    throw invalid(`The path ${path} cannot be read by this user (${code}).`)
  }
  if (!found.isDirectory()) throw invalid(`The path ${path} is a file, not a folder.`)
}

/** As git's own ownership check: worktree and git directory must be ours, and root is nobody else. */
async function checkOwner(
  path: string,
  { git_dir, common_dir }: GitDirectories,
  trustedOwners: readonly number[],
): Promise<void> {
  const user = process.getuid?.()
  if (user === undefined) return
  for (const checked of new Set([git_dir, common_dir, path])) {
    const { uid } = await lstat(checked)
    if (uid === user || trustedOwners.includes(uid)) continue
    throw new GitferryError(
      'PATH_NOT_OWNED',
      `${checked} belongs to user ${uid}, and gitferry runs as user ${user}. Give the repository to that user, or accept its owner with --trust-owner ${uid}.`,
      { details: { field: 'path', owner: uid } },
    )
  }
}
