import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { type Column, type TableDefinition, tables } from '@gitferry/core/ports'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const sqliteType: Record<Column['type'], string> = {
  integer: 'INTEGER',
  boolean: 'INTEGER',
  text: 'TEXT',
  json: 'TEXT',
}

/** What a table should look like to SQLite. */
function expected({ columns, unique, indexes }: TableDefinition) {
  const declared = Object.entries(columns).map(([name, { type, nullable }]) => [
    name,
    { type: sqliteType[type], nullable },
  ])
  return {
    columns: {
      id: { type: 'INTEGER', nullable: true },
      version: { type: 'INTEGER', nullable: false },
      ...Object.fromEntries(declared),
    },
    unique: unique.map((key) => key.join()).sort(),
    indexes: indexes.map((index) => index.join()).sort(),
  }
}

/** What it looks like. */
function found(database: DatabaseSync, table: string) {
  const columns = database.prepare('select * from pragma_table_info(?)').all(table)
  const indexes = database.prepare('select * from pragma_index_list(?)').all(table)
  const columnsOf = (index: unknown) =>
    database
      .prepare('select name from pragma_index_info(?) order by seqno')
      .all(String(index))
      .map(({ name }) => name)
      .join()
  const having = (unique: number) =>
    indexes
      .filter((index) => index.unique === unique)
      .map(({ name }) => columnsOf(name))
      .sort()
  return {
    columns: Object.fromEntries(
      columns.map(({ name, type, notnull }) => [name, { type, nullable: notnull === 0 }]),
    ),
    unique: having(1),
    indexes: having(0),
  }
}

describe('the schema that the migrations make', () => {
  it('is the one that the port declares', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'gitferry.db')
    const storage = sqliteStorage({ path })
    await storage.open()
    await storage.close()
    using database = new DatabaseSync(path)
    const names = database
      .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
      .all()
      .map(({ name }) => String(name))
    expect(names.sort()).toEqual([...Object.keys(tables), 'migrations'].sort())
    for (const [name, definition] of Object.entries<TableDefinition>(tables)) {
      expect(found(database, name), name).toEqual(expected(definition))
    }
  })

  it('gives ids that are not given again, and checks types', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'gitferry.db')
    const storage = sqliteStorage({ path })
    await storage.open()
    await storage.close()
    using database = new DatabaseSync(path)
    for (const table of Object.keys(tables)) {
      const [schema] = database.prepare('select sql from sqlite_schema where name = ?').all(table)
      expect(schema?.sql).toMatch(/"id" integer primary key autoincrement,.*\) strict$/)
    }
  })
})
