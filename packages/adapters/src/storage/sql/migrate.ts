import { storageFailed } from '../failure.ts'
import type { SqlDatabase } from './database.ts'
import type { SqlDialect } from './dialect.ts'
import type { Migration } from './migrations/index.ts'

/** What is done about tables that are older than this version: brought up to date, or left, and refused. */
export type PendingMigrations = 'apply' | 'refuse'

/**
 * Brings the tables up to date: applies, in order, each migration that the table `migrations` does not name, in
 * a transaction of its own. One that fails leaves those before it applied, and can be tried again.
 * @throws STORAGE_FAILED when the database holds a migration that is unknown here: a newer gitferry made it; with `refuse`,
 *   when it holds some migrations and not all, and is left as it is
 */
export async function migrate(
  db: SqlDatabase,
  dialect: SqlDialect,
  migrations: readonly Migration[],
  { pending = 'apply' }: { readonly pending?: PendingMigrations } = {},
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
  const missing = migrations.slice(applied.length)
  if (pending === 'refuse' && applied.length > 0 && missing.length > 0) throw refusedPending(missing)
  for (const { name, up } of missing) {
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

const refusedPending = (missing: readonly Migration[]) =>
  storageFailed(
    'The database was last used by an older gitferry, which may be running: it lacks ' +
      `${missing.map(({ name }) => name).join(', ')}. Start the server of this version once, which brings its tables up to date.`,
  )
