import type { TableName } from '@gitferry/core/ports'
import { columnsOf, type Stored, type StoredRow } from '../columns.ts'
import type { SqlRow, SqlValue } from './database.ts'

export const toSql = (stored: Stored): SqlValue => (typeof stored === 'boolean' ? Number(stored) : stored)

export const toSqlRow = (row: StoredRow): SqlRow =>
  Object.fromEntries(Object.entries(row).map(([name, stored]) => [name, toSql(stored)]))

/** The record that a database row stands for. */
export function fromSqlRow(table: TableName, row: SqlRow): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const [name, { type }] of columnsOf(table)) {
    const value = row[name] ?? null
    if (type === 'json') record[name] = JSON.parse(String(value))
    else if (type === 'boolean' && value !== null) record[name] = value !== 0
    else record[name] = value
  }
  return record
}
