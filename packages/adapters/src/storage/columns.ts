import { type Column, type TableName, tables } from '@gitferry/core/ports'
import { storageFailed } from './failure.ts'

/** A value as it is kept: JSON as its text. */
export type Stored = string | number | boolean | null

/** Column name → stored value. */
export type StoredRow = Record<string, Stored>

const given: Column = { type: 'integer', nullable: false }
const columnsByTable = new Map<TableName, ReadonlyMap<string, Column>>()

/** Every column of a table, with the `id` and the `version` that each has. @throws STORAGE_FAILED for no table */
export function columnsOf(table: TableName): ReadonlyMap<string, Column> {
  if (!Object.hasOwn(tables, table)) throw storageFailed(`There is no table ${table}.`)
  let columns = columnsByTable.get(table)
  if (columns === undefined) {
    columns = new Map([['id', given], ['version', given], ...Object.entries<Column>(tables[table].columns)])
    columnsByTable.set(table, columns)
  }
  return columns
}

/** @throws STORAGE_FAILED when the table has no such column */
export function columnOf(table: TableName, name: string): Column {
  const column = columnsOf(table).get(name)
  if (column === undefined) throw storageFailed(`The table ${table} has no column ${name}.`)
  return column
}

const expected: Record<Column['type'], string> = {
  integer: 'an integer within ±(2^53 − 1)',
  text: 'well-formed text',
  boolean: 'true or false',
  json: 'a JSON value',
}

/**
 * The value as it is kept. What its column cannot hold is refused, never bent: drivers would store 1.5 as text,
 * a `Date` as nothing and half a surrogate pair as U+FFFD. JSON is what `JSON.stringify` makes of the value.
 * @throws STORAGE_FAILED
 */
export function toStored(table: TableName, name: string, value: unknown): Stored {
  const column = columnOf(table, name)
  if (column.type === 'json') {
    const text = JSON.stringify(value) as string | undefined
    if (text !== undefined) return text
  } else if (value === null && column.nullable) return null
  else if (column.type === 'integer' && Number.isSafeInteger(value)) return value as number
  else if (column.type === 'text' && typeof value === 'string' && value.isWellFormed()) return value
  else if (column.type === 'boolean' && typeof value === 'boolean') return value
  const what = expected[column.type] + (column.nullable ? ' or null' : '')
  throw storageFailed(`${table}.${name} cannot hold this value: it must be ${what}.`)
}

/** Every declared column of a new row. @throws STORAGE_FAILED for a field that is missing, unknown or unfit */
export function toStoredRow(table: TableName, row: object): StoredRow {
  const stored = toStoredChanges(table, row)
  for (const [name, column] of columnsOf(table)) {
    if (name === 'id' || name === 'version' || name in stored) continue
    if (!column.nullable) throw storageFailed(`A new row of ${table} must have ${name}.`)
    stored[name] = null
  }
  return stored
}

/** The given fields; `undefined` is not given. @throws STORAGE_FAILED for a field that is unknown or unfit */
export function toStoredChanges(table: TableName, changes: object): StoredRow {
  const stored: StoredRow = {}
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue
    if (name === 'id' || name === 'version') {
      throw storageFailed(`The storage itself sets ${table}.${name}; it cannot be given.`)
    }
    stored[name] = toStored(table, name, value)
  }
  return stored
}
