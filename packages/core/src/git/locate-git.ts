import { access, constants, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { GitferryError } from '../errors/index.ts'
import { silentLogger } from '../ports/logger.ts'
import { version } from './commands/version.ts'
import { ProcessGitRunner } from './process-runner.ts'

/** The oldest git that gitferry works with: 2.39, which Debian 12 ships. */
export const oldestGit = '2.39.0'

export interface LocatedGit {
  /** Absolute path. */
  readonly binary: string
  /** As git says it: `2.39.5`. */
  readonly version: string
}

/** What is asked of the file system; `node:fs/promises` by default. */
export interface LocateGitFileSystem {
  access(path: string, mode: number): Promise<void>
  stat(path: string): Promise<{ isFile(): boolean }>
}

/** Whether version `a` is `b` or later, by its numbers. */
export function isAtLeast(a: string, b: string): boolean {
  const numbers = (text: string): number[] => text.split('.').slice(0, 3).map(Number)
  const [left, right] = [numbers(a), numbers(b)]
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

/**
 * Finds git in `path` (a list of folders as in `$PATH`; relative ones are passed over) and asks its version.
 * @throws GIT_MISSING when there is none, or only one older than 2.39
 */
export async function locateGit(
  path: string,
  fs: LocateGitFileSystem = { access, stat },
): Promise<LocatedGit> {
  for (const folder of path.split(':').filter(isAbsolute)) {
    const binary = join(folder, 'git')
    const isRunnable = await fs
      .access(binary, constants.X_OK)
      .then(() => fs.stat(binary))
      .then((found) => found.isFile())
      // Not there, or not for us: the next folder may have it, as for a shell.
      .catch(() => false)
    if (!isRunnable) continue
    const runner = new ProcessGitRunner({ git: binary, home: '/', logger: silentLogger })
    const found = await runner.run(version(), { timeoutMs: 10_000 })
    if (isAtLeast(found, oldestGit)) return { binary, version: found }
    throw new GitferryError(
      'GIT_MISSING',
      `The git at ${binary} is version ${found}; gitferry needs ${oldestGit} or later. Install a newer one.`,
      { details: { binary, version: found, oldest: oldestGit } },
    )
  }
  throw new GitferryError('GIT_MISSING', 'No git was found in PATH. Install git 2.39 or later.')
}
