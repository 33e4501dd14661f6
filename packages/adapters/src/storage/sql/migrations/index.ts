import type { SqlDatabase } from '../database.ts'
import type { SqlDialect } from '../dialect.ts'
import * as firstTables from './0001-first-tables.ts'
import * as keysAndChannels from './0002-keys-and-channels.ts'
import * as plansAndMirrors from './0003-plans-and-mirrors.ts'
import * as identities from './0004-identities.ts'
import * as targets from './0005-targets.ts'
import * as projects from './0006-projects.ts'

/** One step of the schema. Once released it is never changed: a correction is a further step. */
export interface Migration {
  readonly name: string
  up(db: SqlDatabase, dialect: SqlDialect): Promise<void>
}

/** In the order in which they are applied. */
export const migrations: readonly Migration[] = [
  firstTables,
  keysAndChannels,
  plansAndMirrors,
  identities,
  targets,
  projects,
]
