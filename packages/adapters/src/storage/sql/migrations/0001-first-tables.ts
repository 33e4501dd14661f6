import { createTable, type NewTable } from '../create-table.ts'
import type { SqlDatabase } from '../database.ts'
import type { SqlDialect } from '../dialect.ts'

const auditSubject = {
  type: 'text',
  object_type: 'text',
  object_id: 'integer?',
  operator: 'text',
  details: 'json',
  ip: 'text?',
  user_agent: 'text?',
  request_id: 'text?',
  created_at: 'text',
} as const

const tables: Readonly<Record<string, NewTable>> = {
  repos: {
    columns: {
      uuid: 'text',
      name: 'text',
      path: 'text',
      git_dir: 'text',
      common_dir: 'text',
      object_format: 'text',
      is_bare: 'boolean',
      default_branch: 'text?',
      ssh_key_id: 'integer?',
      credential_id: 'integer?',
      size_bytes: 'integer',
      created_at: 'text',
      updated_at: 'text',
    },
    unique: [['uuid'], ['name'], ['path']],
  },
  remotes: {
    columns: {
      repo_id: 'integer',
      name: 'text',
      fetch_url: 'text',
      push_url: 'text',
      problem: 'text?',
      created_at: 'text',
      updated_at: 'text',
    },
    unique: [['repo_id', 'name']],
  },
  tasks: {
    columns: {
      name: 'text',
      repo_id: 'integer',
      source_remote: 'text',
      source_branch: 'text',
      target_repo_id: 'integer',
      target_remote: 'text',
      target_branch: 'text',
      cron_expression: 'text',
      timezone: 'text',
      jitter_ms: 'integer',
      misfire: 'text',
      enabled: 'boolean',
      mode: 'text',
      refs: 'json',
      exclude: 'json',
      tags: 'boolean',
      prune: 'boolean',
      max_delete_percent: 'integer',
      on_diverge: 'text',
      atomic: 'boolean',
      follow_head: 'boolean',
      require_approval: 'boolean',
      keep_days: 'integer',
      priority: 'integer',
      timeout_ms: 'integer',
      stall_timeout_ms: 'integer',
      max_failures: 'integer',
      paused_at: 'text?',
      paused_reason: 'text?',
      failure_count: 'integer',
      next_run_at: 'text?',
      last_run_at: 'text?',
      last_status: 'text?',
      created_at: 'text',
      updated_at: 'text',
    },
    indexes: [['next_run_at'], ['repo_id'], ['target_repo_id']],
  },
  plans: {
    columns: { task_id: 'integer', repo_id: 'integer', updates: 'json', created_at: 'text' },
    indexes: [['task_id']],
  },
  runs: {
    columns: {
      task_id: 'integer',
      repo_id: 'integer',
      status: 'text',
      trigger: 'text',
      attempt: 'integer',
      commit_range: 'text',
      refs_total: 'integer',
      refs_changed: 'integer',
      refs_failed: 'integer',
      error_code: 'text?',
      error_message: 'text?',
      queued_at: 'text',
      started_at: 'text?',
      finished_at: 'text?',
      duration_ms: 'integer?',
      priority: 'integer',
    },
    indexes: [['task_id', 'id'], ['status'], ['repo_id']],
  },
  run_refs: {
    columns: {
      run_id: 'integer',
      source_ref: 'text?',
      target_ref: 'text',
      action: 'text',
      old_oid: 'text?',
      new_oid: 'text?',
      outcome: 'text',
      reason: 'text',
    },
    unique: [['run_id', 'target_ref']],
  },
  run_log: {
    columns: { run_id: 'integer', at: 'text', text: 'text' },
    indexes: [['run_id', 'id']],
  },
  audit_log: {
    columns: {
      ...auditSubject,
      result: 'text',
      error_code: 'text?',
      seq: 'integer?',
      prev_hash: 'text?',
      hash: 'text?',
    },
    unique: [['seq']],
    indexes: [['created_at'], ['object_type', 'object_id']],
  },
  audit_intents: { columns: auditSubject },
}

export const name = '0001-first-tables'

export async function up(db: SqlDatabase, dialect: SqlDialect): Promise<void> {
  for (const [table, definition] of Object.entries(tables)) await createTable(db, dialect, table, definition)
}
