import { createTable, type NewTable } from '../create-table.ts'
import type { SqlDatabase } from '../database.ts'
import type { SqlDialect } from '../dialect.ts'

const grant = {
  user_id: 'integer',
  name: 'text',
  scope: 'text',
  repo_ids: 'json?',
  expires_at: 'text?',
  last_used_at: 'text?',
  created_at: 'text',
} as const

const tables: Readonly<Record<string, NewTable>> = {
  users: { columns: { name: 'text', created_at: 'text' }, unique: [['name']] },
  tokens: {
    columns: { ...grant, public_id: 'text', secret_hash: 'text' },
    unique: [['public_id'], ['user_id', 'name']],
  },
  access_keys: {
    columns: { ...grant, access_key_id: 'text', sealed_secret: 'text' },
    unique: [['access_key_id'], ['user_id', 'name']],
  },
}

export const name = '0004-identities'

export async function up(db: SqlDatabase, dialect: SqlDialect): Promise<void> {
  for (const [table, definition] of Object.entries(tables)) await createTable(db, dialect, table, definition)
  const { integer, json, text } = dialect.types
  // every key of before was recorded at a first contact, and believed
  for (const [column, value] of [
    ['status', 'accepted'],
    ['source', 'contact'],
  ] as const) {
    await db.schema
      .alterTable('host_keys')
      .addColumn(column, text, (added) => added.notNull().defaultTo(value))
      .execute()
  }
  await db.schema.alterTable('host_keys').addColumn('offered', json).execute()
  await db.schema
    .alterTable('host_keys')
    .addColumn('offers', integer, (added) => added.notNull().defaultTo(0))
    .execute()
}
