import type { Column } from '@gitferry/core/ports'
import type { ColumnDefinitionBuilder, CreateTableBuilder, Expression, RawBuilder, SqlBool } from 'kysely'
import type { SqlValue } from './database.ts'

/** What a database error means, where that can be told. */
export type SqlProblem =
  | { readonly kind: 'key-taken'; readonly columns: readonly string[] }
  | { readonly kind: 'disk-full' }
  /** What a person can do about it, as a sentence. */
  | { readonly kind: 'other'; readonly advice: string }

/** A column type, as Kysely’s schema builder takes it. */
type DataType = Parameters<CreateTableBuilder<string>['addColumn']>[1]

/** What differs between the databases beyond what Kysely's own dialects cover. */
export interface SqlDialect {
  readonly types: Readonly<Record<Column['type'], DataType>>
  /** Makes a column the primary key, whose values the database gives and never gives again. */
  id(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /** What stands after the closing bracket of `create table`. */
  readonly tableOptions: RawBuilder<unknown>
  /** Whether a text column holds `piece`: case-sensitive, no wildcard, null never. */
  contains(column: string, piece: string): Expression<SqlBool>
  /** Whether a column holds one of the values, however many; none of them is null. */
  oneOf(column: string, values: readonly SqlValue[]): Expression<SqlBool>
  explain(error: unknown): SqlProblem | undefined
}
