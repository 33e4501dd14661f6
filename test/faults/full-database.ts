import { DatabaseSync } from 'node:sqlite'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import type { StorageAdapter } from '@gitferry/core/ports'

/** A database in a file whose pages can be forbidden to become more. */
export interface FullDatabase {
  readonly storage: StorageAdapter
  /** From now on there is no page more than there are: SQLite says that the disk is full. */
  fill(): void
  /** Room again. */
  empty(): void
  /** What SQLite itself finds wrong with the file. */
  problems(): readonly string[]
}

/** The smallest that SQLite has: in larger ones a good deal is written before another page is needed. */
const pageSize = 512
const mostPages = 1_073_741_823

/**
 * `max_page_count` counts for the connection alone that sets it, so this takes hold of the one that the storage opens: the
 * storage says nothing of it, SQLite’s own class does.
 */
export function fullDatabase(path: string): FullDatabase {
  const made = new DatabaseSync(path)
  made.exec(`pragma page_size = ${pageSize}; vacuum`)
  made.close()
  const storage = sqliteStorage({ path })
  let connection: DatabaseSync | undefined
  const pragma = (sql: string) => {
    if (connection === undefined) throw new Error('the database has not been opened')
    return connection.prepare(`pragma ${sql}`).all() as Record<string, string | number>[]
  }
  return {
    storage: {
      name: 'sqlite',
      capabilities: storage.capabilities,
      async open() {
        const { prepare } = DatabaseSync.prototype
        DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...given) {
          connection = this
          return prepare.apply(this, given)
        }
        try {
          await storage.open()
        } finally {
          DatabaseSync.prototype.prepare = prepare
        }
      },
      close: () => storage.close(),
      collection: (name) => storage.collection(name),
      transaction: (work) => storage.transaction(work),
    },
    fill() {
      // pages that are free would be taken first
      const [count] = pragma('page_count')
      const [free] = pragma('freelist_count')
      if (free?.freelist_count !== 0) throw new Error('the database has free pages')
      pragma(`max_page_count = ${count?.page_count}`)
    },
    empty: () => void pragma(`max_page_count = ${mostPages}`),
    problems() {
      const found = pragma('integrity_check').map(({ integrity_check }) => String(integrity_check))
      return [...found.filter((line) => line !== 'ok'), ...pragma('foreign_key_check').map(String)]
    },
  }
}
