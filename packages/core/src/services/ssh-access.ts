import type { ShownHostKey, SshKeyRow } from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import { withAdvice } from '../git/parsers/failure.ts'
import type { OutgoingPlace } from '../git/resolve-host.ts'
import { fingerprintOf, isSameHostKey, type KnownHostKey, typeByShortName } from '../git/ssh/host-key.ts'
import { lookAtHostKey } from '../git/ssh/look-at-host-key.ts'
import type { SshSession } from '../git/ssh/ssh-sessions.ts'
import type { ServiceContext } from './context.ts'
import { hostKeyMismatch, hostKeyUnknown } from './host-key-errors.ts'
import { knownHostKeys, recordFirstContact } from './known-host-keys.ts'
import { offerHostKey } from './offered-host-keys.ts'
import type { RemoteAccess, RemoteAccessContext, RemotePlace } from './remote-access.ts'
import { sshKeyPlace } from './store-ssh-key.ts'
import { touchLastUsed } from './touch-last-used.ts'

export type SshAccessContext = RemoteAccessContext & {
  readonly settings: Pick<ServiceContext['settings'], 'strictHostKeys'>
}

interface SshAccessOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Access to a remote over ssh: to the first of the addresses that were checked, with its one key or none, and to no
 * server but the known one. Where none is known, the key that the server shows is recorded; or, if host keys are
 * strict, looked at, stored as offered, and nothing more is done there.
 * @throws SSH_KEY_NOT_FOUND, SSH_KEY_INVALID, SECRETS_UNAVAILABLE, SECRET_UNREADABLE, GIT_MISSING, STORE_FAILED,
 *   HOST_KEY_UNKNOWN, ABORTED; HOST_KEY_MISMATCH, GIT_UNREACHABLE where an unknown server was looked at
 */
export async function openSshAccess(
  place: RemotePlace,
  addresses: readonly string[],
  context: SshAccessContext,
  { signal }: SshAccessOptions = {},
): Promise<RemoteAccess> {
  const { sealed, storage } = context
  const key = await keyOf(place, context)
  const known = await knownHostKeys(storage, place)
  const [address = place.host] = addresses
  if (known.length === 0 && context.settings.strictHostKeys) {
    throw await refuseUnknown(place, address, context, { signal })
  }
  const privateKey = key && sealed.unseal(key.sealed_private_key, sshKeyPlace(key.id))
  const session = await context.ssh.open({ address, host: place.host, known, privateKey, signal })
  return new SshAccess(place, { key, known, address, session, context })
}

async function refuseUnknown(
  place: OutgoingPlace,
  address: string,
  context: RemoteAccessContext,
  { signal }: SshAccessOptions,
): Promise<GitferryError> {
  const { host, port } = place
  const shown = await lookAtHostKey({ address, host, port, known: [] }, { signal })
  if (shown === undefined) {
    return hostKeyMismatch(place, { known: [], shown: { type: null, fingerprint: null } })
  }
  const offer = await offerHostKey(place, shown, context)
  return hostKeyUnknown(place, { shown: shownKey(shown), offer })
}

interface SshAccessParts {
  readonly key: SshKeyRow | undefined
  readonly known: readonly KnownHostKey[]
  /** The address that was checked. */
  readonly address: string
  readonly session: SshSession
  readonly context: RemoteAccessContext
}

/** Failures that come only after the server has proved who it is. */
const afterProof = new Set(['GIT_AUTH_FAILED', 'GIT_REMOTE_NOT_FOUND', 'GIT_REJECTED'])

class SshAccess implements RemoteAccess {
  readonly command: RemoteAccess['command']
  readonly authorization = null
  readonly secrets: readonly string[] = []
  readonly #place: OutgoingPlace
  readonly #parts: SshAccessParts
  #hostKey: ShownHostKey | null = null
  #isFirstContact = false
  #isTouched = false

  constructor({ host, port }: OutgoingPlace, parts: SshAccessParts) {
    this.#place = { host, port }
    this.#parts = parts
    this.command = { sshCommand: parts.session.command }
  }

  get hostKey(): ShownHostKey | null {
    return this.#hostKey
  }

  get isFirstContact(): boolean {
    return this.#isFirstContact
  }

  async worked(): Promise<void> {
    const { context, key } = this.#parts
    await this.#meet()
    if (key === undefined || this.#isTouched) return
    this.#isTouched = true
    await touchLastUsed('ssh_keys', key, context)
  }

  async failed(error: GitferryError, options: SshAccessOptions = {}): Promise<GitferryError> {
    if (error.code === 'HOST_KEY_MISMATCH') return this.#mismatch(error, options)
    if (afterProof.has(error.code)) await this.#meet()
    if (error.code !== 'GIT_AUTH_FAILED' || this.#parts.key !== undefined) return error
    return withAdvice(
      error,
      'No key was offered: none is set for this remote. Give it one that is known there.',
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.session[Symbol.asyncDispose]()
  }

  /** The server has proved who it is: the one that is known, or one that is known from now on. */
  async #meet(): Promise<void> {
    if (this.#hostKey !== null) return
    const { context, known, session } = this.#parts
    const [only, another] = known
    // of several, ssh does not tell which of them it was
    if (another !== undefined) return
    const shown = only ?? (await session.acceptedHostKey())
    if (shown === undefined) return
    if (only === undefined) {
      const { known: accepted, isFirst } = await recordFirstContact(this.#place, shown, context)
      if (!accepted.some((key) => isSameHostKey(key, shown))) throw await this.#refuse(accepted, shown)
      this.#isFirstContact = isFirst
    }
    this.#hostKey = { ...this.#place, ...shownKey(shown) }
  }

  async #mismatch(cause: GitferryError, { signal }: SshAccessOptions): Promise<GitferryError> {
    const { address, known } = this.#parts
    const { fingerprint = null, key_type } = cause.details as { fingerprint?: string; key_type?: string }
    const type = key_type === undefined ? null : (typeByShortName(key_type, known) ?? null)
    const shown = { type, fingerprint }
    if (fingerprint === null || type === null) return hostKeyMismatch(this.#place, { known, shown, cause })
    this.#hostKey = { ...this.#place, type, fingerprint }
    try {
      const seen = await lookAtHostKey({ ...this.#place, address, known }, { signal })
      if (seen && fingerprintOf(seen.public_key) === fingerprint)
        return await this.#refuse(known, seen, cause)
      const offer = seen
        ? 'Asked once more, it showed another key again, so that none can be accepted.'
        : 'Asked once more, it showed no key of a kind that is accepted.'
      return hostKeyMismatch(this.#place, { known, shown, offer, cause })
    } catch (error) {
      if (!isGitferryError(error, 'GIT_UNREACHABLE')) throw error
      const offer = `Its key cannot be accepted yet, for it could not be read: ${error.message}`
      return hostKeyMismatch(this.#place, { known, shown, offer, cause })
    }
  }

  /** Another key than the known ones: offered to whoever may accept it, and refused. */
  async #refuse(
    known: readonly KnownHostKey[],
    seen: KnownHostKey,
    cause?: GitferryError,
  ): Promise<GitferryError> {
    const offer = await offerHostKey(this.#place, seen, this.#parts.context)
    return hostKeyMismatch(this.#place, { known, shown: shownKey(seen), offer, cause })
  }
}

const shownKey = ({ type, public_key }: KnownHostKey) => ({ type, fingerprint: fingerprintOf(public_key) })

/** Where a run goes, nobody gave the id just now: the message has no field before it, as that of an input has. */
async function keyOf(
  { ssh_key_id: id }: RemotePlace,
  { storage }: RemoteAccessContext,
): Promise<SshKeyRow | undefined> {
  if (id === null) return undefined
  const row = await storage.collection('ssh_keys').get(id)
  if (row) return row
  throw new GitferryError('SSH_KEY_NOT_FOUND', `There is no SSH key with the id ${id}.`, {
    details: { field: 'ssh_key_id', id },
  })
}
