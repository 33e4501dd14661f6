import type { SqlProblem } from '../sql/dialect.ts'

export const SQLITE_BUSY = 5
const constraintUnique = 2067

/** By SQLite's primary result code (https://sqlite.org/rescode.html). */
const advice: Readonly<Record<number, string>> = {
  5: 'Another process is using the database, and gitferry needs it alone: stop it.',
  8: 'The database cannot be written to: its file, its folder or the file system is read-only.',
  10: 'The disk reported an error: check the disk and the file system.',
  11: 'The database is damaged: put back a copy, or move it away to begin anew.',
  14: 'The database file cannot be opened: check that its folder exists and that this user may write there.',
  26: 'The file is not an SQLite database, or it is damaged: put back a copy, or move it away to begin anew.',
}

/** The extended result code, or `undefined` when the error is not SQLite's. */
function extendedCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}

/** The primary result code: the low byte of the extended one. */
export function codeOf(error: unknown): number | undefined {
  const code = extendedCodeOf(error)
  return code === undefined ? undefined : code & 0xff
}

export function explain(error: unknown): SqlProblem | undefined {
  const code = codeOf(error)
  if (code === undefined) return undefined
  if (extendedCodeOf(error) === constraintUnique) {
    // "UNIQUE constraint failed: remotes.repo_id, remotes.name": the one place where SQLite names the columns
    const [, list = ''] = (error as Error).message.split(': ')
    return { kind: 'key-taken', columns: list.split(', ').map((name) => name.slice(name.indexOf('.') + 1)) }
  }
  if (code === 13) return { kind: 'disk-full' }
  const words = advice[code]
  return words === undefined ? undefined : { kind: 'other', advice: words }
}
