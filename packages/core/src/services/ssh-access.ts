import type { ShownHostKey, SshKeyRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { withAdvice } from '../git/parsers/failure.ts'
import type { OutgoingPlace } from '../git/resolve-host.ts'
import { fingerprintOf, type KnownHostKey, typeByShortName } from '../git/ssh/host-key.ts'
import type { SshSession } from '../git/ssh/ssh-sessions.ts'
import { hostKeyMismatch, knownHostKeys, recordHostKey } from './known-host-keys.ts'
import type { RemoteAccess, RemoteAccessContext, RemotePlace } from './remote-access.ts'
import { sshKeyPlace } from './store-ssh-key.ts'
import { touchLastUsed } from './touch-last-used.ts'

/**
 * Access to a remote over ssh: to the first of the addresses that were checked, with its one key or none, and to no
 * server but the known one. Where none is known, the key that the server shows is recorded.
 * @throws SSH_KEY_NOT_FOUND, SSH_KEY_INVALID, SECRETS_UNAVAILABLE, SECRET_UNREADABLE, GIT_MISSING, STORE_FAILED, ABORTED
 */
export async function openSshAccess(
  place: RemotePlace,
  addresses: readonly string[],
  context: RemoteAccessContext,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<RemoteAccess> {
  const { sealed, storage } = context
  const key = await keyOf(place, context)
  const privateKey = key && sealed.unseal(key.sealed_private_key, sshKeyPlace(key.id))
  const known = await knownHostKeys(storage, place)
  const [address = place.host] = addresses
  const session = await context.ssh.open({ address, host: place.host, known, privateKey, signal })
  return new SshAccess(place, { key, known, session, context })
}

interface SshAccessParts {
  readonly key: SshKeyRow | undefined
  readonly known: readonly KnownHostKey[]
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
  #isTouched = false

  constructor({ host, port }: OutgoingPlace, parts: SshAccessParts) {
    this.#place = { host, port }
    this.#parts = parts
    this.command = { sshCommand: parts.session.command }
  }

  get hostKey(): ShownHostKey | null {
    return this.#hostKey
  }

  async worked(): Promise<void> {
    const { context, key } = this.#parts
    await this.#meet()
    if (key === undefined || this.#isTouched) return
    this.#isTouched = true
    await touchLastUsed('ssh_keys', key, context)
  }

  async failed(error: GitferryError): Promise<GitferryError> {
    if (error.code === 'HOST_KEY_MISMATCH') return this.#mismatch(error)
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
    const accepted = known.length > 0 ? undefined : await session.acceptedHostKey()
    if (accepted) await recordHostKey(this.#place, accepted, context)
    const shown = accepted ?? known[0]
    if (shown === undefined) return
    this.#hostKey = {
      ...this.#place,
      type: shown.type,
      fingerprint: fingerprintOf(shown.public_key),
    }
  }

  #mismatch(error: GitferryError): GitferryError {
    const { known } = this.#parts
    const { fingerprint = null, key_type } = error.details as { fingerprint?: string; key_type?: string }
    const type = key_type === undefined ? null : (typeByShortName(key_type, known) ?? null)
    if (fingerprint !== null && type !== null) this.#hostKey = { ...this.#place, type, fingerprint }
    return hostKeyMismatch(this.#place, known, { type, fingerprint }, error)
  }
}

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
