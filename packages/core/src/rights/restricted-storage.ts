import type { Collection, StorageSession, TableName, Tables } from '../ports/index.ts'
import type { CallerSession, CallerStorage } from './caller-storage.ts'
import { RestrictedCollection } from './restricted-collection.ts'
import { type TableRight, tableRights } from './table-rights.ts'

/** A storage of which a caller sees the rows of some repositories alone, inside transactions too. */
export class RestrictedStorage implements CallerStorage {
  readonly whole: CallerStorage
  readonly #repoIds: readonly number[]

  constructor(whole: CallerStorage, repoIds: readonly number[]) {
    this.whole = whole
    this.#repoIds = repoIds
  }

  collection<Name extends TableName>(name: Name): Collection<Tables[Name]> {
    return this.#restricted(this.whole, name)
  }

  transaction<Result>(work: (session: CallerSession) => Promise<Result>): Promise<Result> {
    return this.whole.transaction((session) =>
      work({ collection: (name) => this.#restricted(session, name), whole: session.whole }),
    )
  }

  #restricted<Name extends TableName>(session: StorageSession, table: Name): Collection<Tables[Name]> {
    const rows = session.collection(table)
    const columns: TableRight<Tables[Name]> = tableRights[table]
    if (columns === 'parent' || columns === 'internal') return rows
    return new RestrictedCollection<Tables[Name]>(rows, { table, columns, repoIds: this.#repoIds })
  }
}
