import { type HostKeyRow, system } from '../contract/index.ts'
import { isGitferryError } from '../errors/index.ts'
import type { OutgoingPlace } from '../git/resolve-host.ts'
import { fingerprintOf, isSameHostKey, type KnownHostKey } from '../git/ssh/host-key.ts'
import type { StorageSession } from '../ports/index.ts'
import { requireSoundHostKey } from './host-key-errors.ts'
import { offerOf, offerStaysMs } from './host-key-offer.ts'
import { rowsOfHost } from './known-host-keys.ts'
import type { RemoteAccessContext } from './remote-access.ts'

type OfferContext = Pick<RemoteAccessContext, 'storage' | 'clock' | 'audit'>

/**
 * Stores the key that a server showed and that was refused, for somebody to accept: beside the accepted key of its
 * type, or another accepted one; where nobody has accepted any, as a row of its own. A server offers one key at a
 * time. For an hour no other takes its place, or whoever shows a new key at every contact would take away the one that
 * somebody is comparing, and fill the audit log. A key that changes nothing leaves no entry. Answers the row that
 * offers a key, this one or the one that stays; or the row by which this one is known already.
 * @throws HOST_KEY_MISMATCH for a key that could not be pinned either; STORAGE_FAILED
 */
export async function offerHostKey(
  place: OutgoingPlace,
  shown: KnownHostKey,
  context: OfferContext,
): Promise<HostKeyRow> {
  requireSoundHostKey(place, shown)
  const offer = (session: StorageSession) => storeOffer(session, place, shown, context)
  return context.storage.transaction(offer).catch((error: unknown) => {
    // another process stored one between the look and the insert
    if (!isGitferryError(error, 'CONFLICT')) throw error
    return context.storage.transaction(offer)
  })
}

async function storeOffer(
  session: StorageSession,
  { host, port }: OutgoingPlace,
  { type, public_key }: KnownHostKey,
  { clock, audit }: OfferContext,
): Promise<HostKeyRow> {
  const hostKeys = session.collection('host_keys')
  const rows = await rowsOfHost(session, { host, port })
  const shown = { type, public_key, fingerprint: fingerprintOf(public_key) }
  // accepted meanwhile, or offered before
  const same = rows.find(
    (row) => isSameHostKey(row, shown) || (row.offered && isSameHostKey(row.offered, shown)),
  )
  if (same !== undefined) return same
  const standing = rows.find((row) => offerOf(row) !== undefined)
  if (standing !== undefined) {
    const since = Date.parse(offerOf(standing)!.offered_at)
    if (clock.now() < since + offerStaysMs) return standing
  }
  const row = rows.find((known) => known.type === type) ?? rows[0]
  const now = new Date(clock.now()).toISOString()
  const offers = (standing?.offers ?? 0) + 1
  const offered = { ...shown, offered_at: now }
  const record = async (change: 'create' | 'update', stored: HostKeyRow) => {
    const subject = { type: change, object_type: 'host_key', object_id: stored.id } as const
    const details = { host, port, offered: { type, fingerprint: shown.fingerprint } }
    const known = stored.status === 'offered' ? {} : { type: stored.type, fingerprint: stored.fingerprint }
    await audit.record(session, system, subject, { ...details, ...known })
    return stored
  }
  if (row === undefined) {
    const status = { status: 'offered', source: 'contact', offered: null, offers, created_at: now } as const
    return record('create', await hostKeys.insert({ host, port, ...shown, ...status }))
  }
  if (standing !== undefined && standing.id !== row.id) {
    await hostKeys.update(standing.id, { offered: null, offers: 0 })
  }
  const changes = row.status === 'offered' ? { ...shown, offers, created_at: now } : { offered, offers }
  return record('update', (await hostKeys.update(row.id, changes))!)
}
