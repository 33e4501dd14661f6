import { isGitferryError } from '../errors/index.ts'
import { batchUpdates } from './batch-updates.ts'
import type { RefUpdate } from './commands/push.ts'

/**
 * `always`: all refs of a push or none, and where that cannot be, none. `where possible`: the same where it can be, else
 * each ref by its lease. `never`: each ref on its own.
 */
export type AtomicPush = 'always' | 'where possible' | 'never'

/** The pieces of a push, and whether they are one that can be all or none. @throws UNSUPPORTED when that must be */
export function pushPieces(updates: readonly RefUpdate[], atomic: AtomicPush) {
  if (atomic === 'never') return { atomic: false, pieces: batchUpdates(updates) }
  try {
    return { atomic: true, pieces: batchUpdates(updates, { atomic: true }) }
  } catch (error) {
    if (atomic === 'always' || !isGitferryError(error, 'UNSUPPORTED')) throw error
    return { atomic: false, pieces: batchUpdates(updates) }
  }
}
