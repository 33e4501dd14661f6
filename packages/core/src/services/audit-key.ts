import { createSecretKey, randomBytes } from 'node:crypto'
import type { AuditAuthority } from '../audit/index.ts'
import type { SettingRow } from '../contract/index.ts'
import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import type { SealedValues } from './sealed-values.ts'

const name = 'audit_key'
/** Stands in the table while entries are written without a key; migration 0002 sets it where it finds entries. */
const unsignedName = 'audit_unsigned'
const keyBytes = 32

const placeOf = (id: number) => ({ table: 'settings', column: 'value', id })

/** The key of the audit log: made once, kept in the storage under seal, with where it begins to vouch. */
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
  async find(): Promise<AuditAuthority | undefined> {
    const [setting] = await this.#settings.find({ where: { name } })
    if (setting === undefined) return undefined
    const { key, unsigned_until } = JSON.parse(this.#unseal(setting))
    return { key: createSecretKey(key, 'base64'), unsignedUntil: unsigned_until }
  }

  /** A new key, which nobody has yet. */
  make({ unsignedUntil }: Pick<AuditAuthority, 'unsignedUntil'>): AuditAuthority {
    return { key: createSecretKey(randomBytes(keyBytes)), unsignedUntil }
  }

  /** Stores the key that was made. @throws SECRETS_UNAVAILABLE; CONFLICT when another process stored one first */
  async keep({ key, unsignedUntil }: AuditAuthority): Promise<void> {
    const secret = JSON.stringify({ key: key.export().toString('base64'), unsigned_until: unsignedUntil })
    await this.#storage.transaction(async (session) => {
      const settings = session.collection('settings')
      // sealing needs the id of the row
      const { id } = await settings.insert({ name, value: '' })
      await settings.update(id, { value: this.#sealed.seal(secret, placeOf(id)) })
      // should this key ever be gone, then nobody may take the log for one that never had any
      await settings.deleteWhere({ name: unsignedName })
    })
  }

  /** Notes that entries will be written without a key, in a log that has none yet. May be called twice. */
  async noteUnsigned(): Promise<void> {
    await this.#storage.transaction(async (session) => {
      const settings = session.collection('settings')
      if ((await settings.count({ name: { in: [name, unsignedName] } })) > 0) return
      // entries without a key and without this note: somebody removed the key
      if ((await session.collection('audit_log').find({ limit: 1 })).length > 0) return
      await settings.insert({ name: unsignedName, value: 'true' })
    })
  }

  /** Whether the entries that are there were written before there was a key. */
  async isUnsigned(): Promise<boolean> {
    return (await this.#settings.count({ name: unsignedName })) > 0
  }

  get #settings() {
    return this.#storage.collection('settings')
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
