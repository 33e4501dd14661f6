import type { Column } from '@gitferry/core/ports'
import type { CreateTableBuilder } from 'kysely'
import type { SqlDatabase } from './database.ts'
import type { SqlDialect } from './dialect.ts'

/** A column's type; with `?` it may be null. */
export type ColumnType = Column['type'] | `${Column['type']}?`

export interface NewTable {
  readonly columns: Readonly<Record<string, ColumnType>>
  readonly unique?: readonly (readonly string[])[]
  readonly indexes?: readonly (readonly string[])[]
}

/** Creates a table with `id` and `version`, and its indexes, named after their columns. */
export async function createTable(
  db: SqlDatabase,
  dialect: SqlDialect,
  name: string,
  { columns, unique = [], indexes = [] }: NewTable,
): Promise<void> {
  let create: CreateTableBuilder<string, string> = db.schema
    .createTable(name)
    .addColumn('id', dialect.types.integer, (column) => dialect.id(column))
    .addColumn('version', dialect.types.integer, (column) => column.notNull())
  for (const [column, type] of Object.entries(columns)) {
    const nullable = type.endsWith('?')
    create = create.addColumn(column, dialect.types[type.replace('?', '') as Column['type']], (definition) =>
      nullable ? definition : definition.notNull(),
    )
  }
  for (const key of unique) {
    create = create.addUniqueConstraint(`${name}_${key.join('_')}_key`, [...key])
  }
  await create.modifyEnd(dialect.tableOptions).execute()
  for (const index of indexes) {
    await db.schema
      .createIndex(`${name}_${index.join('_')}_index`)
      .on(name)
      .columns([...index])
      .execute()
  }
}
