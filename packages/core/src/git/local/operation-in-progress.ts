import { access } from 'node:fs/promises'
import { join } from 'node:path'

/** What git keeps in the git directory while an operation waits for its user; those that `git switch` looks for. */
const signs: readonly (readonly [file: string, operation: string])[] = [
  ['MERGE_HEAD', 'merge'],
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
]

/** The operation that is under way in a worktree (`merge`), or `undefined` when there is none. */
export async function operationInProgress(gitDir: string): Promise<string | undefined> {
  for (const [file, operation] of signs) {
    const isThere = await access(join(gitDir, file)).then(
      () => true,
      () => false,
    )
    if (isThere) return operation
  }
  return undefined
}
