import type { SshKeyRow } from '../contract/index.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import type { SealedPlace, SealedValues } from './sealed-values.ts'
import { refuseTakenSshKey } from './ssh-key-refusals.ts'

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

/** Stores a key; to be called in a transaction. @throws SSH_KEY_EXISTS, SECRETS_UNAVAILABLE */
export async function storeSshKey(
  session: StorageSession,
  { privateKey, ...fields }: NewSshKey,
  { clock, sealed }: { readonly clock: Clock; readonly sealed: SealedValues },
): Promise<SshKeyRow> {
  await refuseTakenSshKey(session, fields)
  const keys = session.collection('ssh_keys')
  const created_at = new Date(clock.now()).toISOString()
  // the seal holds for the row's id, which only the insert gives
  const row = await keys.insert({ ...fields, sealed_private_key: '', last_used_at: null, created_at })
  const sealed_private_key = sealed.seal(privateKey, sshKeyPlace(row.id))
  return (await keys.update(row.id, { sealed_private_key })) ?? row
}
