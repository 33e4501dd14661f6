import { storageFailed } from '../failure.ts'
import type { SqlDatabase } from './database.ts'
import type { SqlDialect } from './dialect.ts'
import type { Migration } from './migrations/index.ts'

/**
 * Brings the tables up to date: applies, in order, each migration that the table `migrations` does not name, in
 * a transaction of its own. One that fails leaves those before it applied, and can be tried again.
 * @throws STORAGE_FAILED when the database holds a migration that is unknown here: a newer gitferry made it
 */
export async function migrate(
  db: SqlDatabase,
  dialect: SqlDialect,
  migrations: readonly Migration[],
): Promise<void> {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('applied_at', 'text', (column) => column.notNull())
    .modifyEnd(dialect.tableOptions)
    .execute()
  const applied = await db.selectFrom('migrations').select('name').orderBy('name').execute()
  refuseUnknown(
    applied.map(({ name }) => String(name)),
    migrations,
  )
  for (const { name, up } of migrations.slice(applied.length)) {
    await db.transaction().execute(async (transaction) => {
      await up(transaction, dialect)
      const applied_at = new Date().toISOString()
      await transaction.insertInto('migrations').values({ name, applied_at }).execute()
    })
  }
}

function refuseUnknown(applied: readonly string[], migrations: readonly Migration[]): void {
  const at = applied.findIndex((name, index) => name !== migrations[index]?.name)
  if (at === -1) return
  throw storageFailed(
    `The database was last used by a newer gitferry: its migration ${applied[at]} is unknown to this one. ` +
      'Install that version again, or put back the copy of the database from before it.',
  )
}
