import type { HostKeyRow } from '../contract/index.ts'
import { fingerprintOf, isSameHostKey, type KnownHostKey } from '../git/ssh/host-key.ts'
import type { KnownHost } from '../git/ssh/known-host-line.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import { knownHostKeys, rowsOfHost } from './known-host-keys.ts'

export interface PinnedHostKey {
  readonly row: HostKeyRow
  readonly change: 'create' | 'update'
  /** What the server was known by before, and is not any more. */
  readonly replaced: readonly KnownHostKey[]
}

/**
 * Stores the key that somebody has vouched for. It takes the place of one of the same type, of built-in ones, and of
 * what the server offered while it was unknown; accepted keys of other types stay, but do not offer this one any more.
 */
export async function pinHostKey(
  session: StorageSession,
  { host, port, type, public_key }: KnownHost,
  { clock }: { readonly clock: Clock },
): Promise<PinnedHostKey> {
  const hostKeys = session.collection('host_keys')
  const rows = await rowsOfHost(session, { host, port })
  const before = await knownHostKeys(session, { host, port })
  const present = rows.find((row) => row.type === type && row.status === 'accepted')
  for (const { id, offered, status } of rows) {
    if (status === 'offered') await hostKeys.delete(id)
    else if (offered !== null && isSameHostKey(offered, { type, public_key })) {
      await hostKeys.update(id, { offered: null, offers: 0 })
    }
  }
  const pinned = {
    public_key,
    fingerprint: fingerprintOf(public_key),
    status: 'accepted',
    source: 'import',
    offered: null,
    offers: 0,
  } as const
  const row =
    present === undefined
      ? await hostKeys.insert({
          host,
          port,
          type,
          ...pinned,
          created_at: new Date(clock.now()).toISOString(),
        })
      : (await hostKeys.update(present.id, pinned))!
  const after = await knownHostKeys(session, { host, port })
  return {
    row,
    change: present === undefined ? 'create' : 'update',
    replaced: before.filter((key) => !after.some((known) => isSameHostKey(known, key))),
  }
}
