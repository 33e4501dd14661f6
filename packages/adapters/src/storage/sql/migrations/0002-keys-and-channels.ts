import { createTable, type NewTable } from '../create-table.ts'
import type { SqlDatabase } from '../database.ts'
import type { SqlDialect } from '../dialect.ts'

const tables: Readonly<Record<string, NewTable>> = {
  ssh_keys: {
    columns: {
      name: 'text',
      type: 'text',
      fingerprint: 'text',
      public_key: 'text',
      has_passphrase: 'boolean',
      description: 'text?',
      sealed_private_key: 'text',
      last_used_at: 'text?',
      created_at: 'text',
    },
    unique: [['name'], ['fingerprint']],
  },
  credentials: {
    columns: {
      name: 'text',
      type: 'text',
      username: 'text',
      origin: 'text',
      source: 'text',
      sealed_secret: 'text',
      last_used_at: 'text?',
      created_at: 'text',
    },
    unique: [['name']],
  },
  host_keys: {
    columns: {
      host: 'text',
      port: 'integer',
      type: 'text',
      public_key: 'text',
      fingerprint: 'text',
      created_at: 'text',
    },
    unique: [['host', 'port', 'type']],
  },
  channels: {
    columns: {
      type: 'text',
      name: 'text',
      sealed_config: 'text',
      events: 'json',
      template: 'text?',
      enabled: 'boolean',
      created_at: 'text',
      updated_at: 'text',
    },
  },
  deliveries: {
    columns: {
      channel_id: 'integer',
      event: 'text',
      task_id: 'integer?',
      run_id: 'integer?',
      title: 'text',
      text: 'text',
      status: 'text',
      attempts: 'integer',
      response: 'text?',
      next_attempt_at: 'text?',
      created_at: 'text',
      finished_at: 'text?',
    },
    indexes: [['status', 'next_attempt_at'], ['channel_id'], ['run_id']],
  },
  webhook_deliveries: {
    columns: { source: 'text', delivery_id: 'text', run_id: 'integer', received_at: 'text' },
    unique: [['source', 'delivery_id']],
    indexes: [['received_at']],
  },
  settings: { columns: { name: 'text', value: 'text' }, unique: [['name']] },
}

export const name = '0002-keys-and-channels'

export async function up(db: SqlDatabase, dialect: SqlDialect): Promise<void> {
  for (const [table, definition] of Object.entries(tables)) await createTable(db, dialect, table, definition)
  const { text, integer } = dialect.types
  // every remote that is there was read from a repository's configuration
  await db.schema
    .alterTable('remotes')
    .addColumn('source', text, (column) => column.notNull().defaultTo('config'))
    .execute()
  await db.schema.alterTable('remotes').addColumn('bound_to', text).execute()
  await db.schema.alterTable('audit_log').addColumn('mac', text).execute()
  await db.schema.createIndex('audit_log_mac_key').unique().on('audit_log').column('mac').execute()
  const entries = await db.selectFrom('audit_log').select('id').limit(1).execute()
  // they have no MAC because they are older, not because somebody put them in
  if (entries.length > 0) {
    const note = { name: 'audit_unsigned', value: 'true', version: 1 }
    await db.insertInto('settings').values(note).execute()
  }
  for (const column of ['ssh_key_id', 'credential_id']) {
    await db.schema.alterTable('remotes').addColumn(column, integer).execute()
    await db.schema.createIndex(`remotes_${column}_index`).on('remotes').column(column).execute()
  }
}
