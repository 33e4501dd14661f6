import type { CredentialRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import type { SealedPlace, SealedValues } from './sealed-values.ts'

/** A credential that is about to be stored, its secret in the open. */
export interface NewCredential extends Pick<CredentialRow, 'name' | 'type' | 'username' | 'origin'> {
  readonly secret: string
}

/** Where the secret of a credential is sealed for. */
export const credentialPlace = (id: number): SealedPlace => ({
  table: 'credentials',
  column: 'sealed_secret',
  id,
})

/** The credential of a name, or `undefined`. */
export async function credentialNamed(
  session: StorageSession,
  name: string,
): Promise<CredentialRow | undefined> {
  const [row] = await session.collection('credentials').find({ where: { name }, limit: 1 })
  return row
}

/** Stores a credential; to be called in a transaction. @throws CREDENTIAL_EXISTS, SECRETS_UNAVAILABLE */
export async function storeCredential(
  session: StorageSession,
  { secret, ...fields }: NewCredential,
  { clock, sealed }: { readonly clock: Clock; readonly sealed: SealedValues },
): Promise<CredentialRow> {
  const credentials = session.collection('credentials')
  const taken = await credentialNamed(session, fields.name)
  if (taken) {
    throw new GitferryError(
      'CREDENTIAL_EXISTS',
      `name: "${fields.name}" is taken by the credential with the id ${taken.id}; give another name.`,
      { details: { field: 'name', id: taken.id } },
    )
  }
  const created_at = new Date(clock.now()).toISOString()
  // the seal holds for the row's id, which only the insert gives
  const row = await credentials.insert({ ...fields, sealed_secret: '', last_used_at: null, created_at })
  const sealed_secret = sealed.seal(secret, credentialPlace(row.id))
  return (await credentials.update(row.id, { sealed_secret })) ?? row
}
