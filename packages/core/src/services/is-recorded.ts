import { join } from 'node:path'
import type { ClonePlace } from '../git/clone-place.ts'
import type { StorageSession } from '../ports/index.ts'

/**
 * Whether a repository has a record, be it not the one that it was made for: somebody may have registered it by its
 * path, or a worktree of it.
 */
export async function isRecorded(
  storage: Pick<StorageSession, 'collection'>,
  { path, uuid }: Pick<ClonePlace, 'path' | 'uuid'>,
): Promise<boolean> {
  const repos = storage.collection('repos')
  for (const where of [{ uuid }, { path }, { common_dir: path }, { common_dir: join(path, '.git') }]) {
    if ((await repos.count(where)) > 0) return true
  }
  return false
}
