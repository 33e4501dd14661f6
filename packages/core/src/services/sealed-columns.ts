import type { Collection, StorageSession, TableName, Tables } from '../ports/index.ts'
import type { SealedPlace } from './sealed-values.ts'

/** A row that holds something sealed: each has a name by which people know it. */
export interface SealedRow {
  readonly id: number
  readonly version: number
  readonly name: string
}

/** Where sealed values stand. */
export type SealedColumn = {
  readonly [Table in TableName]: {
    readonly table: Table
    readonly column: keyof Tables[Table] & string
    /** The only row whose value is sealed; absent: that of every row is. */
    readonly name?: string
  }
}[TableName]

/**
 * Every column that holds something sealed, in the order in which a new key takes them over. The proof that the secret
 * key is the right one comes last: under the new key it says that nothing needs the former any more.
 */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'ssh_keys', column: 'sealed_private_key' },
  { table: 'credentials', column: 'sealed_secret' },
  { table: 'channels', column: 'sealed_config' },
  { table: 'access_keys', column: 'sealed_secret' },
  { table: 'settings', column: 'value', name: 'audit_key' },
  { table: 'settings', column: 'value', name: 'secrets_check' },
]

/** The rows of a sealed column. That each of the tables has what a `SealedRow` has, the compiler cannot follow. */
export const sealedRows = (session: StorageSession, { table }: SealedColumn): Collection<SealedRow> =>
  session.collection(table) as unknown as Collection<SealedRow>

/** Which of those rows are meant. */
export const whereSealed = ({ name }: SealedColumn) => (name === undefined ? {} : { name })

export function sealedValue({ table, column }: SealedColumn, row: SealedRow) {
  const place: SealedPlace = { table, column, id: row.id }
  return { value: String(Reflect.get(row, column)), place }
}
