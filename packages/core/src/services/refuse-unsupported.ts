import { localRemote, type SyncTaskRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { TaskSides } from './resolve-sides.ts'

/**
 * What a task may ask for and its target cannot do: git has no way to push a HEAD, and the HEAD of a repository with a
 * worktree is what is checked out there.
 * @throws UNSUPPORTED naming `follow_head`
 */
export function refuseUnsupported(
  { follow_head }: Pick<SyncTaskRow, 'follow_head'>,
  { target }: Pick<TaskSides, 'target'>,
): void {
  if (!follow_head || (target.remote === localRemote && target.repo.is_bare)) return
  const why =
    target.remote === localRemote
      ? `the repository "${target.repo.name}" has a worktree, whose HEAD is what is checked out`
      : `git cannot push a HEAD to "${target.remote}"`
  throw new GitferryError(
    'UNSUPPORTED',
    `follow_head: ${why}; it works where the target is "${localRemote}" and bare.`,
    { details: { field: 'follow_head' } },
  )
}
