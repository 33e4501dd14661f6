import type { Collection, StorageSession, TableName, Tables } from '@gitferry/core/ports'
import { storageFailed } from '../failure.ts'
import { SqlCollection } from './collection.ts'
import type { SqlDatabase } from './database.ts'
import type { SqlDialect } from './dialect.ts'

/** The tables inside one transaction. */
export class SqlTransactionSession implements StorageSession {
  readonly #db: SqlDatabase
  readonly #dialect: SqlDialect
  readonly #underWay = new Set<Promise<unknown>>()
  #ended = false

  constructor(db: SqlDatabase, dialect: SqlDialect) {
    this.#db = db
    this.#dialect = dialect
  }

  collection<Name extends TableName>(name: Name): Collection<Tables[Name]> {
    return new SqlCollection(name, {
      db: this.#db,
      dialect: this.#dialect,
      run: (operation) => this.#run(operation),
    })
  }

  /** Refuses what comes from now on, and waits for what was begun and not waited for: it belongs in here too. */
  async end(): Promise<void> {
    this.#ended = true
    await Promise.allSettled(this.#underWay)
  }

  async #run<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.#ended) throw storageFailed('The transaction has ended; its session cannot be used any more.')
    const running = operation()
    this.#underWay.add(running)
    try {
      return await running
    } finally {
      this.#underWay.delete(running)
    }
  }
}
