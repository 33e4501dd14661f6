import { isGitferryError } from '../errors/index.ts'
import type { Clock, Logger, StorageSession } from '../ports/index.ts'
import type { CallerStorage } from '../rights/caller-storage.ts'
import { Unrecorded } from './unrecorded.ts'
import { waitFor } from './wait-for.ts'

const waitsMs = [100, 1_000, 5_000, 20_000]

/**
 * A transaction that must not get lost: what happened in git cannot be taken back because the storage was busy or the
 * disk full for a moment. Tried again for half a minute; other errors go to the caller as they are.
 * @throws Unrecorded when the storage does not come back
 */
export async function persist<Result>(
  deps: {
    readonly storage: Pick<CallerStorage, 'transaction'>
    readonly clock: Clock
    readonly logger: Logger
  },
  work: (session: StorageSession) => Promise<Result>,
): Promise<Result> {
  for (const waitMs of waitsMs) {
    try {
      return await deps.storage.transaction(work)
    } catch (error) {
      if (!isGitferryError(error, 'STORAGE_FAILED') && !isGitferryError(error, 'DISK_FULL')) throw error
      deps.logger.warn('the storage failed; trying again', { error, wait_ms: waitMs })
      await waitFor(waitMs, { clock: deps.clock, signal: undefined })
    }
  }
  try {
    return await deps.storage.transaction(work)
  } catch (error) {
    throw new Unrecorded(error)
  }
}
