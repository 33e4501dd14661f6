import { type HostKeyRow, system } from '../contract/index.ts'
import { isGitferryError } from '../errors/index.ts'
import type { OutgoingPlace } from '../git/resolve-host.ts'
import { builtInHostKeys } from '../git/ssh/built-in-host-keys.ts'
import { fingerprintOf, type KnownHostKey, rankOf } from '../git/ssh/host-key.ts'
import type { StorageSession } from '../ports/index.ts'
import { requireSoundHostKey } from './host-key-errors.ts'
import type { RemoteAccessContext } from './remote-access.ts'

/**
 * The keys by which a server is known, in the order in which it is asked for them: the accepted ones, and where there
 * are none those that it is published to have. One that it has merely offered is none of them.
 */
export async function knownHostKeys(
  session: StorageSession,
  { host, port }: OutgoingPlace,
): Promise<readonly KnownHostKey[]> {
  const where = { host, port, status: 'accepted' } as const
  const accepted = await session.collection('host_keys').find({ where })
  if (accepted.length === 0) return builtInHostKeys(host, port)
  return accepted.sort((one, other) => rankOf(one.type) - rankOf(other.type))
}

/** Every row of a server: its accepted keys, or, where it has none, the one that it has offered. */
export const rowsOfHost = (session: StorageSession, { host, port }: OutgoingPlace): Promise<HostKeyRow[]> =>
  session.collection('host_keys').find({ where: { host, port } })

/** What came of the key that a server showed at the first contact. */
export interface FirstContact {
  /** What the server is known by from now on. */
  readonly known: readonly KnownHostKey[]
  /** Whether this contact was the first; else keys were accepted meanwhile, and they stay. */
  readonly isFirst: boolean
}

/**
 * Accepts the key that a server showed at the first contact, with an audit entry, unless others were accepted
 * meanwhile.
 * @throws HOST_KEY_MISMATCH for a key that could not be pinned either; STORAGE_FAILED
 */
export async function recordFirstContact(
  place: OutgoingPlace,
  shown: KnownHostKey,
  { storage, clock, audit, logger }: Pick<RemoteAccessContext, 'storage' | 'clock' | 'audit' | 'logger'>,
): Promise<FirstContact> {
  requireSoundHostKey(place, shown)
  const { host, port } = place
  const { type, public_key } = shown
  const fingerprint = fingerprintOf(public_key)
  const record = async (session: StorageSession): Promise<FirstContact> => {
    const known = await knownHostKeys(session, place)
    if (known.length > 0) return { known, isFirst: false }
    const hostKeys = session.collection('host_keys')
    // what it once offered, in strict times: nobody has accepted it
    await hostKeys.deleteWhere({ host, port })
    const { id } = await hostKeys.insert({
      host,
      port,
      type,
      public_key,
      fingerprint,
      status: 'accepted',
      source: 'contact',
      offered: null,
      offers: 0,
      created_at: new Date(clock.now()).toISOString(),
    })
    const subject = { type: 'create', object_type: 'host_key', object_id: id } as const
    await audit.record(session, system, subject, { host, port, type, fingerprint })
    logger.info('an ssh server was met for the first time: its key is known from now on', {
      host,
      port,
      type,
      fingerprint,
    })
    return { known: [shown], isFirst: true }
  }
  return storage.transaction(record).catch((error: unknown) => {
    // another process recorded one between the look and the insert: that one decides
    if (!isGitferryError(error, 'CONFLICT')) throw error
    return storage.transaction(record)
  })
}
