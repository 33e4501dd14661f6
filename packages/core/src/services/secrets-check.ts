import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import type { SealedPlace, SealedValues } from './sealed-values.ts'

const name = 'secrets_check'
const proof = 'gitferry'
const placeOf = (id: number): SealedPlace => ({ table: 'settings', column: 'value', id })

/**
 * Proves at start that the secret key is the one of before: a value that was sealed at the first start must open.
 * Without it, a wrong key would show only when a run needs a secret, after others had been sealed with it. Under an
 * older key that still opens it, it is left: secrets that only that key opens may be left too.
 * @throws SECRET_UNREADABLE with what a person can do about it
 */
export async function checkSecrets({
  storage,
  sealed,
}: {
  readonly storage: ManagedStorage
  readonly sealed: SealedValues
}): Promise<void> {
  if (!sealed.available) return
  await storage.transaction(async (session) => {
    const settings = session.collection('settings')
    const [row] = await settings.find({ where: { name }, limit: 1 })
    if (row !== undefined) return open(row, sealed)
    const { id } = await settings.insert({ name, value: '' })
    await settings.update(id, { value: sealed.seal(proof, placeOf(id)) })
  })
}

function open({ id, value }: { readonly id: number; readonly value: string }, sealed: SealedValues): void {
  try {
    if (sealed.unseal(value, placeOf(id)) === proof) return
  } catch (error) {
    if (!isGitferryError(error, 'SECRET_UNREADABLE')) throw error
  }
  throw new GitferryError(
    'SECRET_UNREADABLE',
    'The secret key is not the one with which the stored secrets were sealed. Start with that key: restore the file ' +
      'of --secret-key-file (secret.key in the data directory unless set), or give GITFERRY_SECRET_KEY or the ' +
      'option `secrets` the former value; or start with another one and name the file of the former by ' +
      '--old-secret-key-file. Where the key is lost, so are the secrets: ' +
      `DELETE FROM settings WHERE name IN ('${name}', 'audit_key'), start, and store every SSH key and credential ` +
      'again: the same key, and a credential of the same name and origin, take the place of the lost one and stay in ' +
      'use. Of a generated key no copy is left: make another and give it to the remotes. Change the channels.',
  )
}
