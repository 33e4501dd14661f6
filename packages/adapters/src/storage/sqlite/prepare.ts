import { storageFailed } from '../failure.ts'
import type { SqliteDatabase } from './database.ts'

/** "gfry": tells a gitferry database from anybody else's (https://sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x67667279

const number = (database: SqliteDatabase, sql: string): number =>
  Number(Object.values(database.prepare(sql).all()[0] ?? {})[0])

/**
 * Sets the connection up: write-ahead log, and every commit on disk before it is answered.
 * @throws STORAGE_FAILED when the database belongs to another program
 */
export async function prepareDatabase(database: SqliteDatabase): Promise<void> {
  const owner = number(database, 'pragma application_id')
  const empty = number(database, 'select count(*) from sqlite_schema') === 0
  if (owner !== applicationId && !(owner === 0 && empty)) {
    throw storageFailed('The database belongs to another program. Choose another path.')
  }
  database.prepare('pragma journal_mode = wal').all()
  database.prepare('pragma synchronous = full').all()
  database.prepare(`pragma application_id = ${applicationId}`).all()
}
