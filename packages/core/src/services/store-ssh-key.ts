import type { SshKeyRow } from '../contract/index.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import type { SealedPlace, SealedValues } from './sealed-values.ts'
import { refuseTakenSshKey } from './ssh-key-refusals.ts'
import type { Restored } from './store-credential.ts'

/** A key that is about to be stored, its private half in the open. */
export interface NewSshKey
  extends Pick<SshKeyRow, 'name' | 'type' | 'fingerprint' | 'public_key' | 'has_passphrase' | 'description'> {
  /** Unencrypted, in OpenSSH's own format. */
  readonly privateKey: string
}

/** Where the private half of a key is sealed for. */
export const sshKeyPlace = (id: number): SealedPlace => ({
  table: 'ssh_keys',
  column: 'sealed_private_key',
  id,
})

/**
 * Stores a key; to be called in a transaction. The same key whose stored private half cannot be opened any more,
 * because the secret key that sealed it is lost, is given this one. Its id, and what uses it, stay.
 * @throws SSH_KEY_EXISTS, SECRETS_UNAVAILABLE
 */
export async function storeSshKey(
  session: StorageSession,
  { privateKey, ...fields }: NewSshKey,
  { clock, sealed }: { readonly clock: Clock; readonly sealed: SealedValues },
): Promise<Restored<SshKeyRow>> {
  const keys = session.collection('ssh_keys')
  const { fingerprint, name } = fields
  const [same] = await keys.find({ where: { fingerprint }, limit: 1 })
  if (same && !sealed.opens(same.sealed_private_key, sshKeyPlace(same.id))) {
    if (name !== same.name) await refuseTakenSshKey(session, { name })
    const sealed_private_key = sealed.seal(privateKey, sshKeyPlace(same.id))
    const changes = { ...fields, description: fields.description ?? same.description, sealed_private_key }
    return { row: (await keys.update(same.id, changes)) ?? same, replaced: true }
  }
  await refuseTakenSshKey(session, fields)
  const created_at = new Date(clock.now()).toISOString()
  // the seal holds for the row's id, which only the insert gives
  const row = await keys.insert({ ...fields, sealed_private_key: '', last_used_at: null, created_at })
  const sealed_private_key = sealed.seal(privateKey, sshKeyPlace(row.id))
  return { row: (await keys.update(row.id, { sealed_private_key })) ?? row, replaced: false }
}
