import { sql } from 'kysely'
import { createTable, type NewTable } from '../create-table.ts'
import type { SqlDatabase } from '../database.ts'
import type { SqlDialect } from '../dialect.ts'

const key = {
  title: 'text',
  key: 'text',
  type: 'text',
  fingerprint: 'text',
  last_used_at: 'text?',
  created_at: 'text',
} as const

const newTables: Readonly<Record<string, NewTable>> = {
  projects: {
    columns: {
      uuid: 'text',
      name: 'text',
      kind: 'text',
      description: 'text?',
      creator_id: 'integer?',
      created_at: 'text',
      updated_at: 'text',
    },
    unique: [['uuid'], ['name']],
  },
  members: {
    columns: {
      repo_id: 'integer?',
      project_id: 'integer?',
      user_id: 'integer',
      role: 'integer',
      created_at: 'text',
    },
    unique: [
      ['repo_id', 'user_id'],
      ['project_id', 'user_id'],
    ],
    indexes: [['user_id']],
  },
  public_keys: {
    columns: { ...key, user_id: 'integer?', repo_id: 'integer?', can_push: 'boolean', application: 'text' },
    unique: [
      ['user_id', 'fingerprint'],
      ['repo_id', 'fingerprint'],
    ],
    indexes: [['fingerprint']],
  },
  protected_refs: {
    columns: {
      repo_id: 'integer',
      kind: 'text',
      name: 'text',
      push_level: 'integer',
      merge_level: 'integer?',
      created_at: 'text',
      updated_at: 'text',
    },
    unique: [['repo_id', 'kind', 'name']],
  },
}

const kept = {
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
  checked_at: 'text?',
  is_hosted: 'boolean',
} as const

const added = {
  group_name: 'text',
  project_id: 'integer?',
  description: 'text?',
  visibility: 'integer',
  creator_id: 'integer?',
  forked_from_id: 'integer?',
} as const

export const name = '0006-projects'

/**
 * A repository’s name is unique within its group now, and was in all: no database alters such a rule in place, so the
 * table is made anew. The row that is put in and taken out again carries over which ids were given already.
 */
export async function up(db: SqlDatabase, dialect: SqlDialect): Promise<void> {
  for (const [table, definition] of Object.entries(newTables)) {
    await createTable(db, dialect, table, definition)
  }
  const last = sql`insert into repos
    (version, uuid, name, path, git_dir, common_dir, object_format, is_bare, size_bytes, created_at, updated_at, is_hosted)
    values (0, '-', '-', '-', '-', '-', 'sha1', ${sql`false`}, 0, '-', '-', ${sql`false`})`
  await last.execute(db)
  // the first id of all: none was given yet, and it is still to be
  await sql`delete from repos where uuid = '-' and id = 1`.execute(db)
  await createTable(db, dialect, 'repos_by_group', {
    columns: { ...kept, ...added },
    unique: [['uuid'], ['group_name', 'name'], ['path']],
  })
  const columns = sql.join(['id', 'version', ...Object.keys(kept)].map((column) => sql.ref(column)))
  await sql`insert into repos_by_group (${columns}, group_name, visibility)
    select ${columns}, 'local', 0 from repos`.execute(db)
  await sql`delete from repos_by_group where uuid = '-'`.execute(db)
  await db.schema.dropTable('repos').execute()
  await db.schema.alterTable('repos_by_group').renameTo('repos').execute()
  await db.schema.createIndex('repos_project_id_index').on('repos').column('project_id').execute()
}
