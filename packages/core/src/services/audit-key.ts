import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { SettingRow } from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import type { SealedValues } from './sealed-values.ts'

const name = 'audit_key'
const keyBytes = 32

const placeOf = (id: number) => ({ table: 'settings', column: 'value', id })

/** The key of the audit chain: made once, kept in the storage under seal. */
export class AuditKey {
  readonly #storage: ManagedStorage
  readonly #sealed: SealedValues

  constructor(deps: { readonly storage: ManagedStorage; readonly sealed: SealedValues }) {
    this.#storage = deps.storage
    this.#sealed = deps.sealed
  }

  /** Whether there can be a key here: a box to keep it in. */
  get available(): boolean {
    return this.#sealed.available
  }

  /** The key, or `undefined` when none was made yet. @throws SECRETS_UNAVAILABLE, SECRET_UNREADABLE */
  async find(): Promise<KeyObject | undefined> {
    const [setting] = await this.#storage.collection('settings').find({ where: { name } })
    if (setting === undefined) return undefined
    return createSecretKey(this.#unseal(setting), 'base64')
  }

  /** A new key, which nobody has yet. */
  make(): KeyObject {
    return createSecretKey(randomBytes(keyBytes))
  }

  /** Stores the key that was made. @throws SECRETS_UNAVAILABLE; CONFLICT when another process stored one first */
  async keep(key: KeyObject): Promise<void> {
    const secret = key.export().toString('base64')
    await this.#storage.transaction(async (session) => {
      const settings = session.collection('settings')
      // sealing needs the id of the row
      const { id } = await settings.insert({ name, value: '' })
      await settings.update(id, { value: this.#sealed.seal(secret, placeOf(id)) })
    })
  }

  #unseal({ id, value }: SettingRow): string {
    try {
      return this.#sealed.unseal(value, placeOf(id))
    } catch (error) {
      if (!isGitferryError(error, 'SECRET_UNREADABLE')) throw error
      throw new GitferryError(
        'SECRET_UNREADABLE',
        'The key of the audit chain cannot be opened with the configured secret key. Start with the key of before. ' +
          `Where that one is lost, delete the row ${name} of the table settings: a new chain begins then, and what ` +
          'was sealed before cannot be verified any more.',
        { cause: error },
      )
    }
  }
}
