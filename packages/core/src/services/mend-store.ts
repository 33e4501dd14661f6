import type { RunRow } from '../contract/index.ts'
import type { GitferryError } from '../errors/index.ts'
import type { Stores } from '../git/store.ts'
import type { StorageSession } from '../ports/index.ts'
import type { RunLog } from './run-log.ts'

/**
 * Mends what stopped a run in its store and may be mended, and says so in the log: a damaged store is made anew, for the
 * remotes have everything that is needed; a lock that a crash left goes when it is old enough. Answers whether the run is
 * worth another try.
 * @throws STORE_FAILED when a hosted repository is damaged, which nobody else has; ABORTED
 */
export async function mendStore(
  run: Pick<RunRow, 'repo_id'>,
  error: GitferryError,
  { log, signal }: { readonly log: RunLog; readonly signal: AbortSignal },
  { stores, storage }: { readonly stores: Pick<Stores, 'heal' | 'unlock'>; readonly storage: StorageSession },
): Promise<boolean> {
  const repo = await storage.collection('repos').get(run.repo_id)
  if (repo === undefined) return false
  if ((await stores.unlock(repo, error, { signal })) === 'unlocked') {
    log.add(`${error.message} The lock is gone by now.`)
    return true
  }
  if ((await stores.heal(repo, error, { signal })) !== 'healed') return false
  log.add(`${error.message} The store was damaged and has been made anew.`)
  return true
}
