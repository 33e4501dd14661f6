import { type HostKeyRow, system } from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { OutgoingPlace } from '../git/resolve-host.ts'
import { builtInHostKeys } from '../git/ssh/built-in-host-keys.ts'
import { fingerprintOf, isSameHostKey, type KnownHostKey } from '../git/ssh/host-key.ts'
import type { StorageSession } from '../ports/index.ts'
import type { RemoteAccessContext } from './remote-access.ts'

/** The keys by which a server is known: those that it is published to have, and those that a first contact recorded. */
export async function knownHostKeys(
  session: StorageSession,
  { host, port }: OutgoingPlace,
): Promise<readonly KnownHostKey[]> {
  return [...builtInHostKeys(host, port), ...(await recordedHostKeys(session, { host, port }))]
}

const recordedHostKeys = (session: StorageSession, { host, port }: OutgoingPlace): Promise<HostKeyRow[]> =>
  session.collection('host_keys').find({ where: { host, port } })

/**
 * Records the key that a server showed at the first contact, with an audit entry. A key that another contact recorded
 * meanwhile stays.
 * @throws HOST_KEY_MISMATCH when that is another one
 */
export async function recordHostKey(
  place: OutgoingPlace,
  { type, public_key }: KnownHostKey,
  { storage, clock, audit }: Pick<RemoteAccessContext, 'storage' | 'clock' | 'audit'>,
): Promise<void> {
  const { host, port } = place
  const fingerprint = fingerprintOf(public_key)
  const isRecorded = async (session: StorageSession): Promise<boolean> => {
    const known = await recordedHostKeys(session, place)
    if (known.length === 0) return false
    if (known.some((key) => isSameHostKey(key, { type, public_key }))) return true
    throw hostKeyMismatch(place, known, { type, fingerprint })
  }
  try {
    await storage.transaction(async (session) => {
      if (await isRecorded(session)) return
      const created_at = new Date(clock.now()).toISOString()
      const row = { host, port, type, public_key, fingerprint, created_at }
      const { id } = await session.collection('host_keys').insert(row)
      const subject = { type: 'create', object_type: 'host_key', object_id: id } as const
      await audit.record(session, system, subject, { host, port, type, fingerprint })
    })
  } catch (error) {
    // another process recorded one between the look and the insert: that one decides
    if (!isGitferryError(error, 'CONFLICT') || !(await isRecorded(storage))) throw error
  }
}

/** A key that a server showed; what is not known of it is `null`. */
export interface ShownKey {
  readonly type: string | null
  readonly fingerprint: string | null
}

/** The error for a server that is not the one that is known, with both fingerprints where ssh told them. */
export function hostKeyMismatch(
  { host, port }: OutgoingPlace,
  known: readonly KnownHostKey[],
  shown: ShownKey,
  cause?: GitferryError,
): GitferryError {
  const expected = known.map(({ type, public_key }) => ({ type, fingerprint: fingerprintOf(public_key) }))
  const name = ({ type, fingerprint }: ShownKey) => `${type ?? 'a key'} ${fingerprint}`
  const isBuiltIn = builtInHostKeys(host, port).length > 0
  const seen = shown.fingerprint === null ? 'no key of a known kind' : name(shown)
  const advice = isBuiltIn
    ? 'If its owner has announced a new key, a newer gitferry knows it.'
    : 'If its key was really changed, delete the known host key; the next contact records the new one.'
  return new GitferryError(
    'HOST_KEY_MISMATCH',
    known.length === 0
      ? `The server at ${host} port ${port} has no host key of a kind that is accepted: Ed25519, ECDSA, or RSA ` +
          'with SHA-2. It must be given one before it can be used.'
      : `The server at ${host} port ${port} is not the one that is known: it shows ${seen}, known is ` +
          `${expected.map(name).join(', ')}. Somebody may stand in between. ${advice}`,
    { details: { reason: 'host_key', host, port, shown, known: expected }, cause },
  )
}
