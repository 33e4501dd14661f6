import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RepoRow } from '../contract/index.ts'
import type { GitRunner, GitRunOptions } from '../git/command.ts'
import { ifGone } from '../git/if-gone.ts'
import { findLfsPointers } from '../git/lfs/find-pointers.ts'
import { bringObject, lfsFolder, missingObjects } from '../git/lfs/object-folder.ts'
import { throwIfAborted } from '../runtime/abort.ts'

/** The repository in the making, and what its refs name. */
export interface LfsCopy {
  readonly gitDir: string
  readonly tips: readonly string[]
}

/**
 * Copies the LFS objects that a repository holds of what the history of its copy names. A clone need not hold all of
 * them: what is not here is not missed.
 * @throws LFS_FAILED, DISK_FULL, STORE_FAILED, GIT_*, ABORTED
 */
export async function copyLfs(
  { common_dir }: Pick<RepoRow, 'common_dir'>,
  { gitDir, tips }: LfsCopy,
  runner: GitRunner,
  options: Pick<GitRunOptions, 'signal' | 'timeoutMs'>,
): Promise<void> {
  const from = lfsFolder(common_dir)
  if ((await lstat(join(from, 'objects')).catch(ifGone(undefined))) === undefined) return
  const named = await findLfsPointers(runner, gitDir, { tips, known: [] }, options)
  const absent = new Set(await missingObjects(from, named))
  for (const pointer of named) {
    throwIfAborted(options.signal)
    if (absent.has(pointer)) continue
    await bringObject(pointer, from, lfsFolder(gitDir), { ours: false, signal: options.signal })
  }
}
