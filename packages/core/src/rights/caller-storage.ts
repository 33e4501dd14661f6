import type { StorageSession } from '../ports/index.ts'

/** Within a transaction, what a caller sees; and beside it every row, for what is asked of a task as a whole. */
export interface CallerSession extends StorageSession {
  readonly whole: StorageSession
}

/** The storage as a caller sees it: every row, or those of some repositories. */
export interface CallerStorage extends StorageSession {
  /** Every row: for what gitferry does of its own accord, or looks after, while a caller waits. */
  readonly whole: CallerStorage
  /** As `StorageAdapter.transaction`; what `work` is given sees no more than the storage itself. */
  transaction<Result>(work: (session: CallerSession) => Promise<Result>): Promise<Result>
}
