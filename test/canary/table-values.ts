import { DatabaseSync } from 'node:sqlite'

type Row = Readonly<Record<string, unknown>>

/** The rows of one table of a SQLite file. */
export function tableRows(path: string, table: string): Row[] {
  using database = new DatabaseSync(path, { readOnly: true })
  return database.prepare(`select * from "${table}"`).all()
}

/** Everything in the tables of a SQLite file: `table.column` → its values, one a line. */
export function tableValues(path: string): Map<string, string> {
  using database = new DatabaseSync(path, { readOnly: true })
  const values = new Map<string, string>()
  const tables = database.prepare("select name from sqlite_schema where type = 'table'").all()
  for (const { name } of tables) {
    for (const row of tableRows(path, String(name))) {
      for (const [column, value] of Object.entries(row)) {
        const place = `${String(name)}.${column}`
        values.set(place, `${values.get(place) ?? ''}${String(value)}\n`)
      }
    }
  }
  return values
}
