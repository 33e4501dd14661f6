import type { Collection, StorageAdapter, StorageSession, TableName, Tables } from '@gitferry/core/ports'
import { Kysely } from 'kysely'
import { storageFailed } from './failure.ts'
import { SqlCollection } from './sql/collection.ts'
import type { SqlDatabase } from './sql/database.ts'
import { fromDatabase } from './sql/errors.ts'
import { migrate, type PendingMigrations } from './sql/migrate.ts'
import { migrations } from './sql/migrations/index.ts'
import { SqlTransactionSession } from './sql/session.ts'
import { whileBusy } from './sqlite/busy.ts'
import { SqliteDatabase } from './sqlite/database.ts'
import { SqliteDialect, sqliteDialect } from './sqlite/dialect.ts'
import { createFile, inMemory } from './sqlite/file.ts'
import { prepareDatabase } from './sqlite/prepare.ts'
import { Turns } from './turns.ts'

export interface SqliteStorageOptions {
  /**
   * The database file; it is made, with its folder, where it does not exist. `:memory:` keeps everything in this
   * process.
   */
  readonly path: string
  /**
   * How long a write waits, in ms, while another process (a backup, a shell) holds the database's lock.
   * @default 5000
   */
  readonly busyTimeoutMs?: number
  /**
   * What is done when a database that exists lacks the tables, or columns, of this version. `refuse`: it is left as it is,
   * and opening fails with STORAGE_FAILED; for whoever works beside a gitferry that runs, which may be an older one. A
   * database that is new is made in any case.
   * @default 'apply'
   */
  readonly pendingMigrations?: PendingMigrations
}

/** How long SQLite itself may wait for a lock, in ms: the event loop stands still meanwhile. */
const blockingTimeoutMs = 10

/** One SQLite file, used by one process: Node's own driver, write-ahead log, every commit on disk. */
export function sqliteStorage(options: SqliteStorageOptions): StorageAdapter {
  return new SqliteStorage(options)
}

class SqliteStorage implements StorageAdapter {
  readonly name = 'sqlite'
  readonly capabilities
  readonly #path: string
  readonly #busyTimeoutMs: number
  readonly #pendingMigrations: PendingMigrations
  readonly #turns = new Turns()
  #opened: SqlDatabase | undefined

  constructor({ path, busyTimeoutMs = 5_000, pendingMigrations = 'apply' }: SqliteStorageOptions) {
    this.#path = path
    this.#busyTimeoutMs = busyTimeoutMs
    this.#pendingMigrations = pendingMigrations
    this.capabilities = { durable: path !== inMemory, shared: false }
  }

  async open(): Promise<void> {
    let database: SqliteDatabase | undefined
    try {
      database = new SqliteDatabase(createFile(this.#path), { timeout: blockingTimeoutMs })
      await whileBusy(this.#busyTimeoutMs, prepareDatabase.bind(undefined, database))
      const db: SqlDatabase = new Kysely({ dialect: new SqliteDialect(database, this.#busyTimeoutMs) })
      await migrate(db, sqliteDialect, migrations, { pending: this.#pendingMigrations })
      this.#opened = db
    } catch (error) {
      database?.close()
      throw fromDatabase(sqliteDialect, `Opening the database ${this.#path}`, 'migrations', error)
    }
  }

  async close(): Promise<void> {
    await this.#turns.take(async () => {
      await this.#opened?.destroy()
      this.#opened = undefined
    })
  }

  collection<Name extends TableName>(name: Name): Collection<Tables[Name]> {
    return new SqlCollection(name, {
      db: this.#db,
      dialect: sqliteDialect,
      run: (operation) => this.#turns.take(() => whileBusy(this.#busyTimeoutMs, operation)),
    })
  }

  async transaction<Result>(work: (session: StorageSession) => Promise<Result>): Promise<Result> {
    let thrown: { readonly error: unknown } | undefined
    try {
      return await this.#turns.take(() =>
        this.#db.transaction().execute(async (transaction) => {
          const session = new SqlTransactionSession(transaction, sqliteDialect)
          try {
            return await work(session)
          } catch (error) {
            thrown = { error }
            throw error
          } finally {
            await session.end()
          }
        }),
      )
    } catch (error) {
      if (thrown !== undefined) throw thrown.error
      throw fromDatabase(sqliteDialect, 'A transaction', 'the storage', error)
    }
  }

  get #db(): SqlDatabase {
    if (this.#opened === undefined) throw storageFailed('The database is not open: open the storage first.')
    return this.#opened
  }
}
