import { accessSync, constants, type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs'
import { readlink, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { GitferryError } from '../../errors/index.ts'
import { readCommonDir } from './common-dir.ts'
import { notARepository } from './not-a-repository.ts'
import { isUnderRoots, resolvePath, resolveRoots } from './resolve-path.ts'
import { fileErrorCode, readSmallFile, smallFileCap } from './small-file.ts'

/** The directories of a repository: they differ in a linked worktree only. */
export interface GitDirectories {
  readonly git_dir: string
  readonly common_dir: string
}

const maxAlternates = 100

/**
 * Checks what git would open without asking, before any git runs there or is sent there by a `file:` URL: a pipe
 * in place of a file would hang it, a link or a file that names another directory would lead its reads and writes
 * out of the repository roots. The directories come with their links resolved, and must still be so. Needs no
 * process; to be called before every use, for what was checked once may have been replaced since. What is replaced
 * between the check and git's own look is not seen.
 * @throws PATH_OUTSIDE_ROOTS, and NOT_A_REPOSITORY with the reason
 */
export async function checkStructure(
  { git_dir, common_dir }: GitDirectories,
  repoRoots: readonly string[] | null,
): Promise<void> {
  const roots = await resolveRoots(repoRoots)
  await Promise.all([...new Set([git_dir, common_dir])].map((path) => checkPlace(path, roots)))
  await checkCommonDir(git_dir, common_dir)
  // first, so that what is no repository at all is called so
  await checkHead(git_dir)
  await Promise.all([
    checkEntry(join(common_dir, 'objects'), 'directory', roots, { mayBeAbsent: false }),
    checkEntry(join(common_dir, 'refs'), 'directory', roots, { mayBeAbsent: false }),
    // A reftable repository keeps a placeholder file there.
    checkEntry(join(common_dir, 'refs/heads'), 'file or directory', roots),
    ...[
      'refs/tags',
      'refs/remotes',
      'reftable',
      'logs',
      'logs/refs',
      'logs/refs/heads',
      'logs/refs/tags',
      'worktrees',
    ].map((name) => checkEntry(join(common_dir, name), 'directory', roots)),
    ...[
      'config',
      'packed-refs',
      'info/attributes',
      'info/exclude',
      'objects/info/alternates',
      'shallow',
      'logs/HEAD',
    ].map((name) => checkEntry(join(common_dir, name), 'file', roots)),
    ...['config.worktree', 'index', 'info/sparse-checkout'].map((name) =>
      checkEntry(join(git_dir, name), 'file', roots),
    ),
    checkObjects(join(common_dir, 'objects'), roots),
  ])
}

async function checkPlace(path: string, roots: readonly string[] | null): Promise<void> {
  if ((await resolvePath(path)) !== path) {
    throw notARepository(path, 'is reached through a symbolic link that was put there since')
  }
  if (isUnderRoots(path, roots)) return
  throw new GitferryError('PATH_OUTSIDE_ROOTS', `${path} lies outside the repository roots.`, {
    details: { field: 'path' },
  })
}

/**
 * git, given the common directory, must stay in it. The server side of a transfer would rather open a `.git` in it,
 * or (when it does not look like a git directory) one beside it; every git follows a `commondir` file.
 */
async function checkCommonDir(gitDir: string, commonDir: string): Promise<void> {
  if ((await readCommonDir(gitDir)) !== commonDir) {
    throw notARepository(gitDir, 'has a commondir file that names another directory than it did')
  }
  if (gitDir !== commonDir) {
    await checkHead(commonDir)
    if ((await readCommonDir(commonDir)) !== commonDir) {
      throw notARepository(commonDir, 'has a commondir file, through which git would work elsewhere')
    }
  }
  if (lookAt(join(commonDir, '.git')) !== undefined) {
    throw notARepository(commonDir, 'holds a ".git" of its own, which git would open in its place')
  }
}

async function checkHead(gitDir: string): Promise<void> {
  const path = join(gitDir, 'HEAD')
  const found = lookAt(path)
  if (found === undefined) throw notARepository(gitDir, 'is no repository: it has no HEAD')
  // git before 1.5 made HEAD a link into refs; it still understands that.
  if (found.isSymbolicLink() && /^refs\/(?!.*\.\.)/.test(await readlink(path))) return
  if (!found.isFile()) throw notARepository(path, `is ${kindOf(found)}, not a file`)
  const text = (await readSmallFile(path)) ?? ''
  // By git's own rule (validate_headref).
  if (!/^(?:ref:[ \t\r\n]*refs\/|[0-9a-fA-F]{40})/.test(text)) {
    throw notARepository(path, 'names neither a ref nor a commit')
  }
}

async function checkEntry(
  path: string,
  kind: 'file' | 'directory' | 'file or directory',
  roots: readonly string[] | null,
  { mayBeAbsent = true } = {},
): Promise<void> {
  let found = lookAt(path)
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
  if (mayBeAbsent) return
  // git passes over a git directory that it cannot enter, and takes one beside it.
  try {
    accessSync(path, constants.X_OK)
  } catch (error) {
    throw notARepository(path, 'cannot be entered by this user', error)
  }
}

/**
 * Objects are readable through this repository wherever they lie, also those that it borrows from another; so they
 * must lie under the roots. Single objects that are links are not looked for.
 */
async function checkObjects(objects: string, roots: readonly string[] | null): Promise<void> {
  if (roots === null) return
  const seen = new Set<string>()
  const pending = [objects]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    await checkLinks(next, roots)
    await Promise.all(['info', 'pack'].map((name) => checkLinks(join(next, name), roots)))
    for (const found of await readAlternates(next)) {
      if (!isUnderRoots(found, roots)) {
        throw notARepository(
          join(next, 'info/alternates'),
          'borrows objects from outside the repository roots',
        )
      }
      if (seen.has(found)) continue
      if (seen.size === maxAlternates) {
        throw notARepository(join(next, 'info/alternates'), 'leads through too many repositories')
      }
      seen.add(found)
      pending.push(found)
    }
  }
}

/** Refuses the links in a folder that lead out of the roots. */
async function checkLinks(folder: string, roots: readonly string[]): Promise<void> {
  for (const entry of readFolder(folder)) {
    const path = join(folder, entry.name)
    if (!entry.isSymbolicLink() || isUnderRoots(await resolvePath(path), roots)) continue
    throw notARepository(path, 'is a symbolic link that leads out of the repository roots')
  }
}

function readFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    const code = fileErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw notARepository(folder, `cannot be read by this user (${code})`, error)
  }
}

async function readAlternates(objects: string): Promise<string[]> {
  const list = join(objects, 'info/alternates')
  const text = await readSmallFile(list)
  if (text === undefined) {
    const found = lookAt(list)
    if (found === undefined) return []
    throw notARepository(list, `is ${kindOf(found)}, not a file`)
  }
  if (Buffer.byteLength(text) >= smallFileCap) throw notARepository(list, 'is too long to be checked')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Promise.all(
    lines.map((line) => {
      // git would take it out of its quotes, or end it at the NUL.
      if (/^"|\p{Cc}/u.test(line))
        throw notARepository(list, 'names a folder in a way that is not understood')
      return resolvePath(line.startsWith('/') ? line : join(objects, line))
    }),
  )
}

/**
 * Refuses symbolic links on the way to a ref and its log: git would follow them and write elsewhere.
 * @param top `refs/heads`, `refs/tags`
 * @throws NOT_A_REPOSITORY
 */
export async function checkRefPath(commonDir: string, top: string, name: string): Promise<void> {
  for (const start of [top, `logs/${top}`]) {
    let path = join(commonDir, start)
    for (const component of name.split('/')) {
      path = join(path, component)
      if (lookAt(path)?.isSymbolicLink()) {
        throw notARepository(path, 'is a symbolic link, through which git would write elsewhere')
      }
    }
  }
}

/** As `checkRefPath`, for a branch. @throws NOT_A_REPOSITORY */
export const checkBranchPath = (commonDir: string, branch: string): Promise<void> =>
  checkRefPath(commonDir, 'refs/heads', branch)

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    const code = fileErrorCode(error)
    if (code === 'ENOTDIR') return undefined
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
