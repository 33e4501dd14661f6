import type { SettingRow } from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import type { SealedPlace, SealedValues } from './sealed-values.ts'

const name = 'secrets_check'
/** Stands in the table while a rotation is under way, or was cut off. */
const markName = 'secrets_resealing'
const proof = 'gitferry'
const placeOf = (id: number): SealedPlace => ({ table: 'settings', column: 'value', id })

interface SecretsCheck {
  readonly storage: ManagedStorage
  readonly sealed: SealedValues
}

/**
 * Proves at start that the secret key is the one of before: a value that was sealed at the first start must open, and so
 * must the mark of a rotation that was cut off. Without it, a wrong key would show only when a run needs a secret, after
 * others had been sealed with it. Under an older key that still opens it, it is left: secrets that only that key opens
 * may be left too.
 * @throws SECRET_UNREADABLE with what a person can do about it
 */
export async function checkSecrets({ storage, sealed }: SecretsCheck): Promise<void> {
  if (!sealed.available) return
  await storage.transaction(async (session) => {
    const settings = session.collection('settings')
    const [row] = await settings.find({ where: { name }, limit: 1 })
    if (row === undefined) return void (await sealProof(session, name, sealed))
    const [mark] = await settings.find({ where: { name: markName }, limit: 1 })
    const opened = [row, ...(mark === undefined ? [] : [mark])].map((each) => proves(each, sealed))
    if (opened.every(Boolean)) return
    throw opened.some(Boolean) ? halfRotated() : wrongKey()
  })
}

/**
 * Notes, under the new key, that some secrets may be under it while others are not yet: neither key alone starts a
 * gitferry from now on. The mark of a rotation that was cut off is replaced.
 */
export async function markRotation({ storage, sealed }: SecretsCheck): Promise<void> {
  await storage.transaction(async (session) => {
    await session.collection('settings').deleteWhere({ name: markName })
    await sealProof(session, markName, sealed)
  })
}

/** To be called once every secret is under the new key. */
export async function unmarkRotation({ storage }: Pick<SecretsCheck, 'storage'>): Promise<void> {
  await storage.collection('settings').deleteWhere({ name: markName })
}

async function sealProof(session: StorageSession, name: string, sealed: SealedValues): Promise<void> {
  const settings = session.collection('settings')
  // sealing needs the id of the row
  const { id } = await settings.insert({ name, value: '' })
  await settings.update(id, { value: sealed.seal(proof, placeOf(id)) })
}

function proves({ id, value }: Pick<SettingRow, 'id' | 'value'>, sealed: SealedValues): boolean {
  try {
    return sealed.unseal(value, placeOf(id)) === proof
  } catch (error) {
    if (!isGitferryError(error, 'SECRET_UNREADABLE')) throw error
    return false
  }
}

const whereLost = (key: string) =>
  `Where ${key} is lost, so are the secrets: DELETE FROM settings WHERE name IN ('${name}', '${markName}', 'audit_key'), ` +
  'start, and store every SSH key and credential again: the same key, and a credential of the same name and origin, take ' +
  'the place of the lost one and stay in use. Of a generated key no copy is left: make another and give it to the ' +
  'remotes. Change the channels.'

const halfRotated = () =>
  new GitferryError(
    'SECRET_UNREADABLE',
    'A rotation of the secret keys was cut off: some secrets are sealed under the new key, others under the former. ' +
      'Run `gitferry keys rotate`, given the new key and, by --old-secret-key-file, the former; or start with both. ' +
      whereLost('one of them'),
  )

const wrongKey = () =>
  new GitferryError(
    'SECRET_UNREADABLE',
    'The secret key is not the one with which the stored secrets were sealed. Start with that key: restore the file ' +
      'of --secret-key-file (secret.key in the data directory unless set), or give GITFERRY_SECRET_KEY or the ' +
      'option `secrets` the former value; or start with another one and name the file of the former by ' +
      '--old-secret-key-file. ' +
      whereLost('the key'),
  )
