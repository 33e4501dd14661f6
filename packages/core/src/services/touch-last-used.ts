import type { RemoteAccessContext } from './remote-access.ts'

/** How old a `last_used_at` may be before it is written anew, in ms: a run uses its key several times, a caller its token. */
const freshMs = 60_000

/**
 * Records that a key, a credential or a token was of use just now, to the minute: once, however many have read the row at
 * the same time. A failure is logged and no more.
 */
export async function touchLastUsed(
  table: 'ssh_keys' | 'credentials' | 'tokens' | 'access_keys' | 'public_keys',
  { id, last_used_at }: { readonly id: number; readonly last_used_at: string | null },
  { storage, clock, logger }: Pick<RemoteAccessContext, 'storage' | 'clock' | 'logger'>,
): Promise<void> {
  const now = clock.now()
  if (last_used_at !== null && Math.abs(now - Date.parse(last_used_at)) < freshMs) return
  try {
    await storage
      .collection(table)
      .updateWhere({ id, last_used_at }, { last_used_at: new Date(now).toISOString() })
  } catch (error) {
    logger.warn('the last use of a key, credential or token could not be recorded', { table, id, error })
  }
}
