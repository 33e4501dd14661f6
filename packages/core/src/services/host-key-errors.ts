import type { HostKeyRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { OutgoingPlace } from '../git/resolve-host.ts'
import { fingerprintOf, type KnownHostKey } from '../git/ssh/host-key.ts'
import { problemWithHostKey } from '../git/ssh/problem-with-host-key.ts'
import { offerOf, offerStaysMs } from './host-key-offer.ts'

/** A key that a server showed; what is not known of it is `null`. */
export interface ShownKey {
  readonly type: string | null
  readonly fingerprint: string | null
}

export interface Mismatch {
  /** None: the server has no key of a kind that is accepted. */
  readonly known: readonly KnownHostKey[]
  readonly shown: ShownKey
  /** The row that offers a key of the server; else why none can be accepted, as a sentence. */
  readonly offer?: HostKeyRow | string | undefined
  readonly cause?: GitferryError | undefined
}

const name = ({ type, fingerprint }: ShownKey): string => `${type ?? 'a key'} ${fingerprint}`

const isOffered = (row: HostKeyRow, { fingerprint }: ShownKey): boolean =>
  offerOf(row)?.fingerprint === fingerprint

/** With the fingerprint in the call: what is accepted is what was compared, whatever the server shows meanwhile. */
function howToAccept(row: HostKeyRow, shown: ShownKey, when: string): string {
  const { id, status } = row
  const offer = offerOf(row)
  const isKnown = status === 'accepted' && row.fingerprint === shown.fingerprint
  if (offer === undefined || isKnown) return 'It was accepted meanwhile: try again.'
  const { fingerprint, offered_at } = offer
  if (isOffered(row, shown)) {
    return (
      `${when}, compare the fingerprint with what its owner says, then accept host key ${id} by it: ` +
      `POST /host-keys/${id}/accept?fingerprint=${encodeURIComponent(fingerprint)}, ` +
      `or hostKeys.accept(${id}, { fingerprint: '${fingerprint}' }).`
    )
  }
  const until = new Date(Date.parse(offered_at) + offerStaysMs).toISOString()
  return (
    `This key cannot be accepted: host key ${id} offers ${name(offer)}, which the server showed before, and until ` +
    `${until} no other takes its place. A key that its owner told you can be pinned at any time.`
  )
}

/** The error for a server that is not the one that is known, with both fingerprints where ssh told them. */
export function hostKeyMismatch(
  { host, port }: OutgoingPlace,
  { known, shown, offer, cause }: Mismatch,
): GitferryError {
  const expected = known.map(({ type, public_key }) => ({ type, fingerprint: fingerprintOf(public_key) }))
  const seen = shown.fingerprint === null ? 'no key of a kind that is accepted' : name(shown)
  const row = typeof offer === 'object' ? offer : undefined
  const advice = row ? howToAccept(row, shown, 'If its key was really changed') : offer
  return new GitferryError(
    'HOST_KEY_MISMATCH',
    known.length === 0
      ? `The server at ${host} port ${port} has no host key of a kind that is accepted: Ed25519, ECDSA, or RSA ` +
          'of 2048 bits or more with SHA-2. It must be given one before it can be used.'
      : `The server at ${host} port ${port} is not the one that is known: it shows ${seen}, known is ` +
          `${expected.map(name).join(', ')}. Somebody may stand in between.${advice ? ` ${advice}` : ''}`,
    {
      details: {
        reason: 'host_key',
        host,
        port,
        shown,
        known: expected,
        ...(row && isOffered(row, shown) && { host_key_id: row.id }),
      },
      cause,
    },
  )
}

/** The error for a server that nobody has vouched for, where the first contact is not believed. */
export function hostKeyUnknown(
  { host, port }: OutgoingPlace,
  { shown, offer }: { readonly shown: ShownKey; readonly offer: HostKeyRow },
): GitferryError {
  return new GitferryError(
    'HOST_KEY_UNKNOWN',
    `The server at ${host} port ${port} is not known, and gitferry is told not to believe a first contact. It shows ` +
      `${name(shown)}. Nothing was sent to it. ${howToAccept(offer, shown, 'To use it')}`,
    {
      details: {
        reason: 'host_key',
        host,
        port,
        shown,
        ...(isOffered(offer, shown) && { host_key_id: offer.id }),
      },
    },
  )
}

/**
 * Whether the key of a server may be stored: one that nobody could pin is not believed at a contact either.
 * @throws HOST_KEY_MISMATCH
 */
export function requireSoundHostKey(place: OutgoingPlace, key: KnownHostKey): void {
  if (problemWithHostKey(key) === undefined) return
  const shown = { type: key.type, fingerprint: fingerprintOf(key.public_key) }
  throw hostKeyMismatch(place, { known: [], shown })
}
