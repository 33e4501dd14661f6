import type { StorageAdapter, StorageCapabilities } from '../../ports/index.ts'

/** What a case works on. */
export interface CaseContext {
  /** Open, and empty. */
  readonly storage: StorageAdapter
  /** Closes the storage early. */
  close(): Promise<void>
  /** Closes the storage and answers another one over the same data, open. Only where it is durable. */
  restart(): Promise<StorageAdapter>
  /** A second adapter over the same data, open beside the first. Only where it is shared. */
  beside(): Promise<StorageAdapter>
}

/** One rule of the storage port, and the proof that it holds. */
export interface StorageCase {
  /** What is wrong with an adapter that fails this case and passes every other one. */
  readonly defect: string
  /** A capability without which there is nothing to show. */
  readonly needs?: keyof StorageCapabilities
  run(context: CaseContext): Promise<void>
}

/** Rule → case. */
export type StorageCases<Rule extends string = string> = Readonly<Record<Rule, StorageCase>>

export const storageCases = <Rule extends string>(all: StorageCases<Rule>): StorageCases<Rule> => all
