import type { HostKeyRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { fingerprintOf, isSameHostKey, type KnownHostKey } from '../git/ssh/host-key.ts'
import type { StorageSession } from '../ports/index.ts'
import { knownHostKeys, rowsOfHost } from './known-host-keys.ts'

export interface AcceptedHostKey {
  readonly row: HostKeyRow
  /** What the server was known by before, and is not any more. */
  readonly replaced: readonly KnownHostKey[]
}

/**
 * Makes the key that a server offers the one by which it is known; every other key of it goes. Where nothing is
 * offered, nothing changes.
 * @throws CONFLICT when `fingerprint` is not that of the key which would be accepted; or is not given, and the key took
 *   the place of another one that was offered before and may be the one that was compared
 */
export async function acceptHostKey(
  session: StorageSession,
  row: HostKeyRow,
  fingerprint: string | undefined,
): Promise<AcceptedHostKey> {
  const { id, status } = row
  const { type, public_key } = row.offered ?? row
  const accepted = { type, public_key, fingerprint: fingerprintOf(public_key) }
  const details = { field: 'fingerprint', id, type, fingerprint: accepted.fingerprint }
  if (fingerprint === undefined && row.offers > 1) {
    throw new GitferryError(
      'CONFLICT',
      'fingerprint: must be given, for the server has shown more than one key that nobody has accepted. By now ' +
        `${type} ${accepted.fingerprint} is offered. Compare that with what its owner says.`,
      { details },
    )
  }
  if (fingerprint !== undefined && fingerprint !== accepted.fingerprint) {
    throw new GitferryError(
      'CONFLICT',
      `fingerprint: must be that of the key which is accepted. By now it is ${type} ${accepted.fingerprint}: the server ` +
        'has shown another one. Compare that with what its owner says.',
      { details },
    )
  }
  if (status === 'accepted' && row.offered === null) return { row, replaced: [] }
  const hostKeys = session.collection('host_keys')
  const known = await knownHostKeys(session, row)
  for (const other of await rowsOfHost(session, row)) if (other.id !== id) await hostKeys.delete(other.id)
  const changes = { ...accepted, status: 'accepted', source: 'contact', offered: null, offers: 0 } as const
  return {
    row: (await hostKeys.update(id, changes))!,
    replaced: known.filter((key) => !isSameHostKey(key, accepted)),
  }
}
