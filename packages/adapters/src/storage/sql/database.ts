import type { Kysely } from 'kysely'

/** What every SQL dialect stores the same: booleans as 0 and 1, JSON as text. */
export type SqlValue = string | number | null

export type SqlRow = Record<string, SqlValue>

/** Table and column names are checked at run time against the declared tables. */
export type SqlDatabase = Kysely<Record<string, SqlRow>>
