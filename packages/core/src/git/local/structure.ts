import type { Stats } from 'node:fs'
import { lstat, readlink, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { notARepository } from './not-a-repository.ts'
import { isUnderRoots, resolvePath, resolveRoots } from './resolve-path.ts'
import { fileErrorCode, readSmallFile } from './small-file.ts'

/** The directories of a repository: they differ in a linked worktree only. */
export interface GitDirectories {
  readonly git_dir: string
  readonly common_dir: string
}

const maxAlternates = 100

/**
 * Checks what git would open without asking, before any git runs there: a pipe in place of a file would hang it,
 * a symbolic link would lead its writes out of the repository roots. The directories come with their links resolved,
 * and must still be so. Needs no process; may be called again at any time.
 * @throws NOT_A_REPOSITORY with the reason
 */
export async function checkStructure(
  { git_dir, common_dir }: GitDirectories,
  repoRoots: readonly string[] | null,
): Promise<void> {
  const roots = await resolveRoots(repoRoots)
  for (const directory of new Set([git_dir, common_dir])) {
    if ((await resolvePath(directory)) !== directory) {
      throw notARepository(directory, 'is reached through a symbolic link that was put there since')
    }
  }
  await checkHead(git_dir)
  await Promise.all([
    checkEntry(join(common_dir, 'objects'), 'directory', roots, { mayBeAbsent: false }),
    checkEntry(join(common_dir, 'refs'), 'directory', roots, { mayBeAbsent: false }),
    // A reftable repository keeps a placeholder file there.
    checkEntry(join(common_dir, 'refs/heads'), 'file or directory', roots),
    ...['refs/tags', 'refs/remotes', 'logs', 'logs/refs', 'worktrees'].map((name) =>
      checkEntry(join(common_dir, name), 'directory', roots),
    ),
    ...['config', 'packed-refs', 'info/attributes', 'info/exclude', 'objects/info/alternates', 'shallow'].map(
      (name) => checkEntry(join(common_dir, name), 'file', roots),
    ),
    ...['config.worktree', 'index', 'info/sparse-checkout'].map((name) =>
      checkEntry(join(git_dir, name), 'file', roots),
    ),
    checkAlternates(join(common_dir, 'objects'), roots),
  ])
}

async function checkHead(gitDir: string): Promise<void> {
  const path = join(gitDir, 'HEAD')
  const found = await lookAt(path)
  if (found === undefined) throw notARepository(gitDir, 'is no repository: it has no HEAD')
  // git before 1.5 made HEAD a link into refs; it still understands that.
  if (found.isSymbolicLink() && (await readlink(path)).startsWith('refs/')) return
  if (!found.isFile()) throw notARepository(path, `is ${kindOf(found)}, not a file`)
}

async function checkEntry(
  path: string,
  kind: 'file' | 'directory' | 'file or directory',
  roots: readonly string[] | null,
  { mayBeAbsent = true } = {},
): Promise<void> {
  let found = await lookAt(path)
  if (found?.isSymbolicLink()) {
    if (!isUnderRoots(await resolvePath(path), roots)) {
      throw notARepository(path, 'is a symbolic link that leads out of the repository roots')
    }
    found = await stat(path).catch((error: unknown) => {
      if (fileErrorCode(error) === 'ENOENT') return undefined
      throw error
    })
  }
  if (found === undefined) {
    if (mayBeAbsent) return
    throw notARepository(dirname(path), `is no repository: it has no ${basename(path)} directory`)
  }
  const isRight =
    (found.isFile() && kind.startsWith('file')) || (found.isDirectory() && kind.endsWith('directory'))
  if (!isRight) throw notARepository(path, `is ${kindOf(found)}, not a ${kind}`)
}

/** Objects borrowed from another repository are readable through this one, so it must lie under the roots too. */
async function checkAlternates(objects: string, roots: readonly string[] | null): Promise<void> {
  if (roots === null) return
  const seen = new Set<string>()
  const pending = [objects]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const list = join(next, 'info', 'alternates')
    for (const line of ((await readSmallFile(list)) ?? '').split('\n')) {
      if (line === '' || line.startsWith('#')) continue
      const found = await resolvePath(line.startsWith('/') ? line : join(next, line))
      if (!isUnderRoots(found, roots)) {
        throw notARepository(list, 'borrows objects from outside the repository roots')
      }
      if (seen.has(found)) continue
      if (seen.size === maxAlternates) throw notARepository(list, 'leads through too many repositories')
      seen.add(found)
      pending.push(found)
    }
  }
}

/**
 * Refuses symbolic links on the way to a branch's ref and its log: git would follow them and write elsewhere.
 * @throws NOT_A_REPOSITORY
 */
export async function checkBranchPath(commonDir: string, branch: string): Promise<void> {
  for (const top of ['refs/heads', 'logs/refs/heads']) {
    let path = join(commonDir, top)
    for (const component of branch.split('/')) {
      path = join(path, component)
      if ((await lookAt(path))?.isSymbolicLink()) {
        throw notARepository(path, 'is a symbolic link, through which git would write elsewhere')
      }
    }
  }
}

async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    const code = fileErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'EACCES') throw notARepository(path, 'cannot be read by this user', error)
    throw error
  }
}

function kindOf(found: Stats): string {
  if (found.isFile()) return 'a file'
  if (found.isDirectory()) return 'a directory'
  if (found.isFIFO()) return 'a named pipe'
  if (found.isSymbolicLink()) return 'a symbolic link'
  if (found.isSocket()) return 'a socket'
  return 'a device'
}
