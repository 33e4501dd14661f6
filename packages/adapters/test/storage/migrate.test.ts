import { Kysely } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { SqlDatabase } from '../../src/storage/sql/database.ts'
import { migrate } from '../../src/storage/sql/migrate.ts'
import { type Migration, migrations } from '../../src/storage/sql/migrations/index.ts'
import { SqliteDatabase } from '../../src/storage/sqlite/database.ts'
import { SqliteDialect, sqliteDialect } from '../../src/storage/sqlite/dialect.ts'

const newDatabase = (): SqlDatabase =>
  new Kysely({ dialect: new SqliteDialect(new SqliteDatabase(':memory:', { timeout: 0 }), 0) })

/** Creates a table of its name, and fails then if it is told to. */
const creating = (name: string, failure?: Error): Migration => ({
  name,
  up: async (db) => {
    await db.schema.createTable(name).addColumn('id', 'integer').execute()
    if (failure !== undefined) throw failure
  },
})

async function tableNames(db: SqlDatabase): Promise<string[]> {
  return (await db.introspection.getTables()).map(({ name }) => name)
}

describe('migrate', () => {
  it('applies each migration once, in order, and records its name and time', async () => {
    await using db = newDatabase()
    await migrate(db, sqliteDialect, [creating('1-a')])
    await migrate(db, sqliteDialect, [creating('1-a'), creating('2-b'), creating('3-c')])
    await migrate(db, sqliteDialect, [creating('1-a'), creating('2-b'), creating('3-c')])
    const applied = await db.selectFrom('migrations').selectAll().execute()
    expect(applied.map(({ name }) => name)).toEqual(['1-a', '2-b', '3-c'])
    for (const { applied_at } of applied) expect(applied_at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    expect(await tableNames(db)).toEqual(['1-a', '2-b', '3-c', 'migrations'])
  })

  it('leaves nothing of a migration that fails, and goes on from there later', async () => {
    await using db = newDatabase()
    const failure = new Error('half-way')
    const failing = [creating('1-a'), creating('2-b', failure), creating('3-c')]
    await expect(migrate(db, sqliteDialect, failing)).rejects.toBe(failure)
    expect(await tableNames(db)).toEqual(['1-a', 'migrations'])
    await migrate(db, sqliteDialect, [creating('1-a'), creating('2-b'), creating('3-c')])
    expect(await tableNames(db)).toEqual(['1-a', '2-b', '3-c', 'migrations'])
  })

  it.each([
    { rule: 'after the last known one', known: ['1-a'] },
    { rule: 'in the place of a known one', known: ['1-a', '2-other'] },
  ])('refuses a database with an unknown migration $rule', async ({ known }) => {
    await using db = newDatabase()
    await migrate(db, sqliteDialect, [creating('1-a'), creating('2-b')])
    const older = migrate(
      db,
      sqliteDialect,
      known.map((name) => creating(name)),
    )
    await expect(older).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('2-b'),
    })
  })

  it('leaves a database that lacks some as it is when it is told to, and makes a new one all the same', async () => {
    await using db = newDatabase()
    const refuse = { pending: 'refuse' } as const
    await migrate(db, sqliteDialect, [creating('1-a')], refuse)
    await migrate(db, sqliteDialect, [creating('1-a')], refuse)
    await expect(
      migrate(db, sqliteDialect, [creating('1-a'), creating('2-b'), creating('3-c')], refuse),
    ).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('it lacks 2-b, 3-c.'),
    })
    expect(await tableNames(db)).toEqual(['1-a', 'migrations'])
  })

  it('notes that entries of a version before were written without a key, and notes it of no others', async () => {
    for (const count of [0, 2]) {
      await using db = newDatabase()
      await migrate(db, sqliteDialect, migrations.slice(0, 1))
      const entry = { version: 1, type: 'create', object_type: 'repo', operator: 'anna', details: '{}' }
      const row = { ...entry, result: 'success', created_at: '2026-01-01T00:00:00.000Z' }
      for (let id = 1; id <= count; id += 1)
        await db
          .insertInto('audit_log')
          .values({ ...row, id })
          .execute()
      await migrate(db, sqliteDialect, migrations)
      const settings = await db.selectFrom('settings').select(['name', 'value']).execute()
      expect(settings).toEqual(count === 0 ? [] : [{ name: 'audit_unsigned', value: 'true' }])
    }
  })

  it('gives runs and plans the target of their task, and none where that was changed since, or deleted', async () => {
    await using db = newDatabase()
    await migrate(db, sqliteDialect, migrations.slice(0, 4))
    const before = '2025-12-31T23:59:59.999Z'
    const at = '2026-01-01T00:00:00.000Z'
    const places = { source_remote: 'local', source_branch: 'a', target_remote: 'local', target_branch: 'b' }
    const numbers = { jitter_ms: 0, max_delete_percent: 0, keep_days: 0, max_failures: 0, failure_count: 0 }
    const flags = { enabled: 1, tags: 0, prune: 0, atomic: 0, follow_head: 0, require_approval: 0 }
    const task = {
      ...{ id: 3, version: 1, name: 'task', repo_id: 1, target_repo_id: 7, ...places, ...numbers, ...flags },
      ...{ cron_expression: '', timezone: 'UTC', misfire: 'skip', mode: 'branch', refs: '[]', exclude: '[]' },
      ...{ on_diverge: 'reject', priority: 0, timeout_ms: 1, stall_timeout_ms: 1 },
      ...{ created_at: at, updated_at: at },
    }
    await db.insertInto('tasks').values(task).execute()
    for (const [task_id, taken_at] of [
      [3, before],
      [3, at],
      [4, at],
    ] as const) {
      const of = { version: 1, task_id, repo_id: 1 }
      const counts = {
        attempt: 1,
        commit_range: '',
        refs_total: 0,
        refs_changed: 0,
        refs_failed: 0,
        priority: 0,
      }
      const run = { ...of, ...counts, status: 'success', trigger: 'manual', queued_at: taken_at }
      await db.insertInto('runs').values(run).execute()
      await db
        .insertInto('plans')
        .values({ ...of, updates: '[]', created_at: taken_at })
        .execute()
    }
    await migrate(db, sqliteDialect, migrations)
    for (const table of ['runs', 'plans']) {
      const rows = await db.selectFrom(table).select(['task_id', 'target_repo_id']).execute()
      expect(rows).toEqual([
        { task_id: 3, target_repo_id: null },
        { task_id: 3, target_repo_id: 7 },
        { task_id: 4, target_repo_id: null },
      ])
    }
  })

  it('keeps repositories of before there were projects, with their ids, in the group local', async () => {
    await using db = newDatabase()
    await migrate(db, sqliteDialect, migrations.slice(0, 5))
    const at = '2026-01-01T00:00:00.000Z'
    const named = (name: string, uuid = name) => ({
      ...{ version: 3, uuid, name, path: `/${uuid}`, git_dir: `/${uuid}/.git`, common_dir: `/${uuid}/.git` },
      ...{ object_format: 'sha1', is_bare: 0, default_branch: 'main', ssh_key_id: 5, credential_id: null },
      ...{ size_bytes: 7, created_at: at, updated_at: at, checked_at: at, is_hosted: 1 },
    })
    const before = ['a', 'gone', 'b', 'last'].map((name) => named(name))
    await db.insertInto('repos').values(before).execute()
    await db.deleteFrom('repos').where('name', 'in', ['gone', 'last']).execute()
    const kept = await db.selectFrom('repos').selectAll().orderBy('id').execute()
    await migrate(db, sqliteDialect, migrations)

    const nowhere = { project_id: null, description: null, creator_id: null, forked_from_id: null }
    const found = await db.selectFrom('repos').selectAll().orderBy('id').execute()
    expect(found.map(({ id }) => id)).toEqual([1, 3])
    expect(found).toEqual(kept.map((row) => ({ ...row, ...nowhere, group_name: 'local', visibility: 0 })))
    const add = (name: string, uuid: string, group_name: string) =>
      db
        .insertInto('repos')
        .values({ ...named(name, uuid), group_name, visibility: 0 })
        .returning('id')
        .executeTakeFirst()
    await expect(add('a', 'x', 'local')).rejects.toThrow(/UNIQUE constraint failed: repos\.group_name/)
    await expect(add('c', 'a', 'local')).rejects.toThrow(/UNIQUE constraint failed: repos\.(uuid|path)/)
    // the id 4 was a repository's that was deleted, and what named it must not come to mean another
    expect((await add('a', 'x', 'team'))?.id).toBeGreaterThan(4)
  })

  it('gives the first repository the id 1 where there was none before projects', async () => {
    await using db = newDatabase()
    await migrate(db, sqliteDialect, migrations)
    const text = { uuid: 'u', name: 'a', path: '/a', git_dir: '/a', common_dir: '/a', object_format: 'sha1' }
    const rest = { version: 1, is_bare: 1, size_bytes: 0, created_at: '', updated_at: '', is_hosted: 1 }
    await db
      .insertInto('repos')
      .values({ ...text, ...rest, group_name: 'local', visibility: 0 })
      .execute()
    expect(await db.selectFrom('repos').select('id').execute()).toEqual([{ id: 1 }])
  })

  it('has migrations whose names are in order', () => {
    const names = migrations.map(({ name }) => name)
    expect(names).toEqual(names.toSorted())
    expect(new Set(names.map((name) => name.slice(0, 4))).size).toBe(names.length)
  })
})
