import { accessTables } from './access-tables.ts'
import { recordTables } from './record-tables.ts'
import { repositoryTables } from './repository-tables.ts'
import { syncTables } from './sync-tables.ts'
import type { Definitions, TableName } from './table-definition.ts'

/** What a storage must hold. SQL adapters reach it by migrations; a test compares the two. */
export const tables: Definitions<TableName> = {
  ...repositoryTables,
  ...syncTables,
  ...accessTables,
  ...recordTables,
}
