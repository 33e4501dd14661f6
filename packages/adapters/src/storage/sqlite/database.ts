import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { SqliteDatabase as KyselyDatabase, SqliteStatement as KyselyStatement } from 'kysely'

/** Statements kept prepared: more than the queries that gitferry itself makes. */
const maxStatements = 300

/** `node:sqlite` in the shape that Kysely's SQLite dialect takes, with its statements kept prepared. */
export class SqliteDatabase implements KyselyDatabase {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(path: string, options: { readonly timeout: number }) {
    this.#database = new DatabaseSync(path, { timeout: options.timeout, enableForeignKeyConstraints: true })
  }

  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  prepare(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = new SqliteStatement(this.#database.prepare(sql))
      const [oldest] = this.#statements.size < maxStatements ? [] : this.#statements.keys()
      if (oldest !== undefined) this.#statements.delete(oldest)
    } else {
      this.#statements.delete(sql)
    }
    this.#statements.set(sql, statement)
    return statement
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }
}

class SqliteStatement implements KyselyStatement {
  readonly reader: boolean
  readonly #statement: StatementSync

  constructor(statement: StatementSync) {
    this.#statement = statement
    this.reader = statement.columns().length > 0
  }

  all(parameters: readonly unknown[] = []): Record<string, unknown>[] {
    return this.#statement.all(...bindable(parameters))
  }

  run(parameters: readonly unknown[] = []) {
    return this.#statement.run(...bindable(parameters))
  }

  iterate(parameters: readonly unknown[] = []) {
    return this.#statement.iterate(...bindable(parameters))
  }
}

/** node:sqlite takes an object in the first place as named parameters, and binds nothing without a word. */
function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  for (const value of parameters) {
    if (value !== null && !['string', 'number', 'bigint'].includes(typeof value)) {
      throw new TypeError(`SQLite cannot bind a value of type ${typeof value}.`)
    }
  }
  return parameters as SQLInputValue[]
}
