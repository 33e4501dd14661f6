import {
  CompiledQuery,
  type DatabaseConnection,
  SqliteDialect as KyselySqliteDialect,
  SqliteDriver,
  sql,
} from 'kysely'
import type { SqlDialect } from '../sql/dialect.ts'
import { whileBusy } from './busy.ts'
import type { SqliteDatabase } from './database.ts'
import { explain } from './errors.ts'

/** What of the shared SQL is SQLite's own. */
export const sqliteDialect: SqlDialect = {
  types: { integer: 'integer', text: 'text', boolean: 'integer', json: 'text' },
  // without autoincrement SQLite gives the highest id again once its row is gone
  id: (column) => column.primaryKey().autoIncrement(),
  tableOptions: sql`strict`,
  contains: (column, piece) => sql`instr(${sql.ref(column)}, ${piece}) > 0`,
  // one parameter, however long the list: SQLite takes at most 32,766, and one statement serves every length
  oneOf: (column, values) =>
    sql`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`,
  explain,
}

/** Kysely's SQLite over one `node:sqlite` connection. */
export class SqliteDialect extends KyselySqliteDialect {
  readonly #database: SqliteDatabase
  readonly #busyTimeoutMs: number

  constructor(database: SqliteDatabase, busyTimeoutMs: number) {
    super({ database })
    this.#database = database
    this.#busyTimeoutMs = busyTimeoutMs
  }

  override createDriver(): SqliteDriver {
    return new Driver(this.#database, this.#busyTimeoutMs)
  }
}

class Driver extends SqliteDriver {
  readonly #database: SqliteDatabase
  readonly #busyTimeoutMs: number

  constructor(database: SqliteDatabase, busyTimeoutMs: number) {
    super({ database })
    this.#database = database
    this.#busyTimeoutMs = busyTimeoutMs
  }

  /** A plain `begin` that reads first fails at its first write, without waiting, when another process wrote. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await whileBusy(this.#busyTimeoutMs, () => connection.executeQuery(CompiledQuery.raw('begin immediate')))
  }

  /** Keeps the ids that were given inside: SQLite takes them back too, and would give them again. */
  override async rollbackTransaction(): Promise<void> {
    // after some errors, a full disk among them, SQLite has rolled back by itself
    if (!this.#database.isTransaction) return
    const given = this.#highestIds()
    this.#database.prepare('rollback').run()
    const kept = this.#highestIds()
    if (given === undefined || kept === undefined) return
    for (const [table, id] of given) {
      const before = kept.get(table)
      if (before === id) continue
      const set =
        before === undefined
          ? 'insert into sqlite_sequence (seq, name) select ?, name from sqlite_schema where name = ?'
          : 'update sqlite_sequence set seq = ? where name = ?'
      this.#database.prepare(set).run([id, table])
    }
  }

  /** The highest id that each table ever gave; SQLite keeps them from the first table on that needs it. */
  #highestIds(): Map<unknown, unknown> | undefined {
    const exists = this.#database.prepare("select 1 from sqlite_schema where name = 'sqlite_sequence'").all()
    if (exists.length === 0) return undefined
    const rows = this.#database.prepare('select name, seq from sqlite_sequence').all()
    return new Map(rows.map(({ name, seq }) => [name, seq]))
  }
}
