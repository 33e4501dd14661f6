import { sql } from 'kysely'
import { createTable, type NewTable } from '../create-table.ts'
import type { SqlDatabase } from '../database.ts'
import type { SqlDialect } from '../dialect.ts'

const tables: Readonly<Record<string, NewTable>> = {
  kept_refs: {
    columns: {
      run_id: 'integer',
      task_id: 'integer',
      repo_id: 'integer',
      repo_uuid: 'text',
      target_repo_id: 'integer',
      target_remote: 'text',
      ref: 'text',
      oid: 'text',
      became_oid: 'text?',
      kept_ref: 'text',
      state: 'text',
      kept_at: 'text',
      expires_at: 'text',
      restored_by_run_id: 'integer?',
    },
    indexes: [['run_id'], ['repo_id', 'id'], ['task_id'], ['repo_uuid'], ['expires_at']],
  },
  jobs: {
    columns: {
      kind: 'text',
      status: 'text',
      name: 'text',
      url: 'text',
      input: 'json',
      operator: 'text',
      repo_id: 'integer?',
      attempt: 'integer',
      stage: 'text?',
      percent: 'integer?',
      error_code: 'text?',
      error_message: 'text?',
      queued_at: 'text',
      started_at: 'text?',
      finished_at: 'text?',
      duration_ms: 'integer?',
    },
    indexes: [['status']],
  },
}

export const name = '0003-plans-and-mirrors'

export async function up(db: SqlDatabase, dialect: SqlDialect): Promise<void> {
  for (const [table, definition] of Object.entries(tables)) await createTable(db, dialect, table, definition)
  const { boolean, integer, text } = dialect.types
  const nullable = {
    repos: { checked_at: text },
    runs: { failure_class: text, plan_id: integer },
    run_refs: { failure_class: text },
    plans: {
      stopped_code: text,
      stopped_reason: text,
      run_id: integer,
      applied_by_run_id: integer,
      kept_run_id: integer,
    },
  }
  for (const [table, columns] of Object.entries(nullable)) {
    for (const [column, type] of Object.entries(columns)) {
      await db.schema.alterTable(table).addColumn(column, type).execute()
    }
  }
  await db.schema
    .alterTable('repos')
    .addColumn('is_hosted', boolean, (column) => column.notNull().defaultTo(sql`false`))
    .execute()
  // plans of before could be looked at, never applied
  for (const [column, value] of [
    ['kind', 'sync'],
    ['status', 'superseded'],
  ] as const) {
    await db.schema
      .alterTable('plans')
      .addColumn(column, text, (added) => added.notNull().defaultTo(value))
      .execute()
  }
  await db.schema.dropIndex('plans_task_id_index').execute()
  await db.schema
    .createIndex('plans_task_id_status_index')
    .on('plans')
    .columns(['task_id', 'status'])
    .execute()
  await db.schema
    .createIndex('deliveries_task_id_channel_id_index')
    .on('deliveries')
    .columns(['task_id', 'channel_id'])
    .execute()
}
