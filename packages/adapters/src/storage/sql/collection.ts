import type { Changes, Collection, NewRow, Query, TableName, Tables, Where } from '@gitferry/core/ports'
import { columnsOf, toStoredChanges, toStoredRow } from '../columns.ts'
import { versionConflict } from '../failure.ts'
import { resolveQuery, resolveWhere } from '../query.ts'
import type { SqlDatabase, SqlRow } from './database.ts'
import type { SqlDialect } from './dialect.ts'
import { fromDatabase } from './errors.ts'
import { allOf, comesAfter } from './filters.ts'
import { fromSqlRow, toSqlRow } from './rows.ts'

/** Runs one operation when it is its turn. */
export type Run = <Result>(operation: () => Promise<Result>) => Promise<Result>

export interface SqlSource {
  readonly db: SqlDatabase
  readonly dialect: SqlDialect
  readonly run: Run
}

/** One table behind the port; every method is one statement. */
export class SqlCollection<Name extends TableName> implements Collection<Tables[Name]> {
  readonly #name: TableName
  /** The name once more, as text: Kysely’s builders take no type parameter for it. */
  readonly #table: string
  readonly #db: SqlDatabase
  readonly #dialect: SqlDialect
  readonly #run: Run

  constructor(name: Name, { db, dialect, run }: SqlSource) {
    columnsOf(name) // throws for a name that is no table
    this.#name = name
    this.#table = name
    this.#db = db
    this.#dialect = dialect
    this.#run = run
  }

  async insert(row: NewRow<Tables[Name]>): Promise<Tables[Name]> {
    const values = { ...toSqlRow(toStoredRow(this.#name, row)), version: 1 }
    return this.#attempt('Adding to', async () => {
      const insert = this.#db.insertInto(this.#table).values(values).returningAll()
      return this.#answer(await insert.executeTakeFirstOrThrow())
    })
  }

  async get(id: number): Promise<Tables[Name] | undefined> {
    return this.#attempt('Reading', async () => {
      const row = await this.#stored(id)
      return row && this.#answer(row)
    })
  }

  async find(query?: Query<Tables[Name]>): Promise<Tables[Name][]> {
    const resolved = resolveQuery(this.#name, query)
    const { order, limit, offset } = resolved
    let select = this.#db.selectFrom(this.#table).selectAll().where(allOf(this.#dialect, resolved.tests))
    const after = comesAfter(resolved)
    if (after !== undefined) select = select.where(after)
    for (const { by, descending, nullable } of order) {
      select = select.orderBy(by, (direction) => {
        const way = descending ? direction.desc() : direction.asc()
        if (!nullable) return way
        return descending ? way.nullsLast() : way.nullsFirst()
      })
    }
    // SQLite takes no offset without a limit
    if (limit !== undefined || offset > 0) select = select.limit(limit ?? Number.MAX_SAFE_INTEGER)
    if (offset > 0) select = select.offset(offset)
    return this.#attempt('Reading', async () => (await select.execute()).map((row) => this.#answer(row)))
  }

  async count(where?: Where<Tables[Name]>): Promise<number> {
    const select = this.#db
      .selectFrom(this.#table)
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .where(allOf(this.#dialect, resolveWhere(this.#name, where)))
    return this.#attempt('Reading', async () => Number((await select.executeTakeFirstOrThrow()).rows))
  }

  async update(
    id: number,
    changes: Changes<Tables[Name]>,
    options: { readonly version?: number } = {},
  ): Promise<Tables[Name] | undefined> {
    const { version } = options
    let update = this.#change(changes).where('id', '=', id)
    if (version !== undefined) update = update.where('version', '=', version)
    return this.#attempt('Changing', async () => {
      const changed = await update.returningAll().executeTakeFirst()
      if (changed !== undefined) return this.#answer(changed)
      const row = version === undefined ? undefined : await this.#stored(id)
      if (row === undefined) return undefined
      throw versionConflict(this.#name, id, version!, Number(row.version))
    })
  }

  async updateWhere(where: Where<Tables[Name]>, changes: Changes<Tables[Name]>): Promise<number> {
    const tests = resolveWhere(this.#name, where)
    const update = this.#change(changes).where(allOf(this.#dialect, tests))
    return this.#attempt('Changing', async () => Number((await update.executeTakeFirst()).numUpdatedRows))
  }

  async delete(id: number): Promise<boolean> {
    const remove = this.#db.deleteFrom(this.#table).where('id', '=', id)
    return this.#attempt('Deleting from', async () => (await remove.executeTakeFirst()).numDeletedRows > 0n)
  }

  async deleteWhere(where: Where<Tables[Name]>): Promise<number> {
    const tests = resolveWhere(this.#name, where)
    const remove = this.#db.deleteFrom(this.#table).where(allOf(this.#dialect, tests))
    return this.#attempt('Deleting from', async () =>
      Number((await remove.executeTakeFirst()).numDeletedRows),
    )
  }

  #stored(id: number): Promise<SqlRow | undefined> {
    return this.#db.selectFrom(this.#table).selectAll().where('id', '=', id).executeTakeFirst()
  }

  #change(changes: object) {
    const values = toSqlRow(toStoredChanges(this.#name, changes))
    return this.#db.updateTable(this.#table).set((eb) => ({ ...values, version: eb('version', '+', 1) }))
  }

  #answer(row: SqlRow): Tables[Name] {
    return fromSqlRow(this.#name, row) as Tables[Name]
  }

  async #attempt<Result>(doing: string, operation: () => Promise<Result>): Promise<Result> {
    try {
      return await this.#run(operation)
    } catch (error) {
      throw fromDatabase(this.#dialect, `${doing} ${this.#name}`, this.#name, error)
    }
  }
}
