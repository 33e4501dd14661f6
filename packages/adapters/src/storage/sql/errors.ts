import { GitferryError, isGitferryError } from '@gitferry/core/errors'
import { keyTaken, storageFailed } from '../failure.ts'
import type { SqlDialect } from './dialect.ts'

/**
 * What a database threw, as callers see it. The database's own words stay in `cause`: they may quote values.
 * @param doing what failed and on what, as the start of a sentence: `Adding to repos`
 */
export function fromDatabase(
  dialect: SqlDialect,
  doing: string,
  table: string,
  error: unknown,
): GitferryError {
  if (isGitferryError(error)) return error
  const problem = dialect.explain(error)
  switch (problem?.kind) {
    case 'key-taken':
      return keyTaken(table, problem.columns, error)
    case 'disk-full':
      return new GitferryError('DISK_FULL', `${doing} failed: no space is left where the database is.`, {
        cause: error,
      })
    case 'other':
      return storageFailed(`${doing} failed. ${problem.advice}`, error)
    default:
      return storageFailed(`${doing} failed: the database refused; the log has its words.`, error)
  }
}
