import type { SqlDatabase } from '../database.ts'
import type { SqlDialect } from '../dialect.ts'

export const name = '0005-targets'

/** When a row took over what its task said. */
const takenAt = { runs: 'queued_at', plans: 'created_at' } as const

/**
 * The target of runs and plans. A row of before has that of its task, if the task was not changed since; nobody knows
 * the target of any other, and no caller who is restricted to repositories sees it. That holds as well for a run whose
 * task was moved while it waited: its `repo_id` stays what the task said before, and cannot be mended.
 */
export async function up(db: SqlDatabase, dialect: SqlDialect): Promise<void> {
  for (const table of ['runs', 'plans'] as const) {
    await db.schema.alterTable(table).addColumn('target_repo_id', dialect.types.integer).execute()
    await db
      .updateTable(table)
      .set(({ selectFrom }) => ({
        target_repo_id: selectFrom('tasks')
          .select('target_repo_id')
          .whereRef('tasks.id', '=', `${table}.task_id`)
          .whereRef('tasks.updated_at', '<=', `${table}.${takenAt[table]}`),
      }))
      .execute()
  }
}
