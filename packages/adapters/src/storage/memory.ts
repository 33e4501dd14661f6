import type { Collection, StorageAdapter, StorageSession, TableName, Tables } from '@gitferry/core/ports'
import { storageFailed } from './failure.ts'
import { MemoryCollection, type Run } from './memory/collection.ts'
import { MemoryTables, takeBack, type Undo } from './memory/table.ts'
import { Turns } from './turns.ts'

/** Keeps everything in this process: for tests, and for what may be forgotten. */
export function memoryStorage(): StorageAdapter {
  return new MemoryStorage()
}

class MemoryStorage implements StorageAdapter {
  readonly name = 'memory'
  readonly capabilities = { durable: false, shared: false }
  readonly #turns = new Turns()
  #tables = new MemoryTables()

  async open(): Promise<void> {}

  async close(): Promise<void> {
    await this.#turns.take(() => {
      this.#tables = new MemoryTables()
    })
  }

  collection<Name extends TableName>(name: Name): Collection<Tables[Name]> {
    return new MemoryCollection<Name>(this.#tables.named(name), (operation) =>
      this.#turns.take(() => whole(operation)),
    )
  }

  transaction<Result>(work: (session: StorageSession) => Promise<Result>): Promise<Result> {
    return this.#turns.take(async () => {
      const undo: Undo = []
      let ended = false
      const run: Run = async (operation) => {
        if (ended) throw storageFailed('The transaction has ended; its session cannot be used any more.')
        return whole(operation, undo)
      }
      const session: StorageSession = {
        collection: (name) => new MemoryCollection(this.#tables.named(name), run),
      }
      try {
        return await work(session)
      } catch (error) {
        takeBack(undo)
        throw error
      } finally {
        ended = true
      }
    })
  }
}

/** An operation that fails half-way leaves nothing behind; one that succeeds adds to the transaction's `undo`. */
function whole<Result>(operation: (undo: Undo) => Result, undo: Undo = []): Result {
  const steps: Undo = []
  try {
    const result = operation(steps)
    undo.push(...steps)
    return result
  } catch (error) {
    takeBack(steps)
    throw error
  }
}
