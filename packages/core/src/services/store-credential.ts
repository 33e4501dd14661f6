import type { CredentialRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { Clock, StorageSession } from '../ports/index.ts'
import type { SealedPlace, SealedValues } from './sealed-values.ts'

/** A credential that is about to be stored, its secret in the open. */
export interface NewCredential
  extends Pick<CredentialRow, 'name' | 'type' | 'username' | 'origin' | 'source'> {
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

interface Deps {
  readonly clock: Clock
  readonly sealed: SealedValues
}

/** Stores a credential; to be called in a transaction. @throws CREDENTIAL_EXISTS, SECRETS_UNAVAILABLE */
export async function storeCredential(
  session: StorageSession,
  { secret, ...fields }: NewCredential,
  { clock, sealed }: Deps,
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

/** A row that was stored anew: with a new id, or instead of a secret that nobody can open any more. */
export interface Restored<Row> {
  readonly row: Row
  readonly replaced: boolean
}

/**
 * As `storeCredential`, but a credential of that name and origin whose secret cannot be opened any more, because the
 * key that sealed it is lost, is given this one. Its id, and what uses it, stay.
 * @throws CREDENTIAL_EXISTS, SECRETS_UNAVAILABLE
 */
export async function restoreCredential(
  session: StorageSession,
  wanted: NewCredential,
  deps: Deps,
): Promise<Restored<CredentialRow>> {
  const taken = await credentialNamed(session, wanted.name)
  const isLost = taken && !deps.sealed.opens(taken.sealed_secret, credentialPlace(taken.id))
  if (!isLost || taken.origin !== wanted.origin) {
    return { row: await storeCredential(session, wanted, deps), replaced: false }
  }
  const { secret, ...fields } = wanted
  const sealed_secret = deps.sealed.seal(secret, credentialPlace(taken.id))
  const changes = { ...fields, sealed_secret, last_used_at: null }
  return { row: (await session.collection('credentials').update(taken.id, changes)) ?? taken, replaced: true }
}
