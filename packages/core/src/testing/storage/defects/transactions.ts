import { GitferryError, isGitferryError } from '../../../errors/index.ts'
import { type StorageSession, type TableName, tables } from '../../../ports/index.ts'
import type { transactionCases } from '../cases/transactions.ts'
import { turns } from '../expect.ts'
import {
  type AlterCollection,
  type AnyCollection,
  type AnyRow,
  alterAdapter,
  alterCollection,
  collectionIn,
  type Defect,
  type DefectsOf,
  inCollections,
} from './alter.ts'

const failed = () => new GitferryError('STORAGE_FAILED', 'The storage refuses.')

/** A defect of one transaction. `makeAlter` is called as each one begins, and told when it has ended. */
const inTransactions =
  (makeAlter: (transaction: { ended: boolean }) => AlterCollection): Defect =>
  (adapter) =>
    alterAdapter(adapter, {
      transaction: (work) =>
        adapter.transaction(async (inner) => {
          const transaction = { ended: false }
          const alter = makeAlter(transaction)
          const session: StorageSession = {
            collection: (table) => alterCollection(inner.collection(table), { table, inside: true }, alter),
          }
          try {
            return await work(session)
          } finally {
            transaction.ended = true
          }
        }),
    })

type Change = 'insert' | 'update' | 'updateWhere' | 'delete' | 'deleteWhere'

/** What a failed transaction did by `method` is done once more, outside. Keys that stay taken are another case. */
const staying =
  (method: Change): Defect =>
  (adapter) => {
    let done: (() => Promise<unknown>)[] = []
    const recording = inCollections(() => (inner, { table, inside }) => {
      if (!inside || tables[table].unique.length > 0) return {}
      const change = inner[method] as (...given: unknown[]) => Promise<unknown>
      const again = (given: unknown[]) =>
        (collectionIn(adapter, table)[method] as typeof change).apply(collectionIn(adapter, table), given)
      const recorded = (...given: unknown[]) => {
        done.push(() => again(given))
        return change.apply(inner, given)
      }
      return { [method]: recorded } as Partial<AnyCollection>
    })(adapter)
    return alterAdapter(recording, {
      transaction: async (work) => {
        try {
          return await recording.transaction((session) => {
            done = []
            return work(session)
          })
        } catch (error) {
          for (const again of done) await again()
          throw error
        }
      },
    })
  }

export const transactionDefects: DefectsOf<typeof transactionCases> = {
  'a transaction answers what its work answers': (adapter) =>
    alterAdapter(adapter, {
      transaction: async <Result>(work: (session: StorageSession) => Promise<Result>) => {
        await adapter.transaction(work)
        return undefined as Result
      },
    }),
  'every change of a transaction is stored': (adapter) => {
    const inserted: { readonly table: TableName; readonly id: number }[] = []
    const recording = inTransactions(() => (inner, { table }) => ({
      insert: async (row) => {
        const answer = await inner.insert(row)
        inserted.push({ table, id: answer.id })
        return answer
      },
    }))(adapter)
    return alterAdapter(recording, {
      transaction: async (work) => {
        const result = await recording.transaction(work)
        const [first, ...others] = inserted.splice(0)
        for (const { table, id } of others) {
          if (table !== first?.table) await collectionIn(adapter, table).delete(id)
        }
        return result
      },
    })
  },
  'the error of a failed transaction comes out as it was thrown': (adapter) =>
    alterAdapter(adapter, {
      transaction: async (work) => {
        try {
          return await adapter.transaction(work)
        } catch (error) {
          throw new GitferryError('STORAGE_FAILED', 'The transaction failed.', { cause: error })
        }
      },
    }),
  'a failed transaction takes insert back': staying('insert'),
  'a failed transaction takes update back': staying('update'),
  'a failed transaction takes updateWhere back': staying('updateWhere'),
  'a failed transaction takes delete back': staying('delete'),
  'a failed transaction takes deleteWhere back': staying('deleteWhere'),
  'a failed transaction gives unique keys free': (adapter) => {
    const held = new Set<unknown>()
    const checking = inCollections(() => (inner, { inside }) => ({
      insert: async (row) => {
        if (!inside && held.has(row.uuid)) throw new GitferryError('CONFLICT', 'The key is taken.')
        const answer = await inner.insert(row)
        if (inside && row.uuid !== undefined) held.add(row.uuid)
        return answer
      },
    }))(adapter)
    return checking
  },
  'a failed transaction does not stand in the way of the next': (adapter) => {
    let broken = false
    return alterAdapter(adapter, {
      transaction: async (work) => {
        if (broken) throw failed()
        try {
          return await adapter.transaction(work)
        } catch (error) {
          broken = true
          throw error
        }
      },
    })
  },
  'a transaction reads what it has written': inTransactions(() => {
    const written = new Set<number>()
    return (inner) => ({
      insert: async (row) => {
        const answer = await inner.insert(row)
        written.add(answer.id)
        return answer
      },
      find: async (query) => (await inner.find(query)).filter(({ id }) => !written.has(id)),
    })
  }),
  'operations inside a transaction may overlap': inTransactions(() => {
    let busy = false
    return (inner) => ({
      insert: async (row) => {
        if (busy) throw failed()
        busy = true
        try {
          return await inner.insert(row)
        } finally {
          busy = false
        }
      },
    })
  }),
  'a change that the work did not wait for belongs to the transaction': (adapter) =>
    inTransactions((transaction) => (inner, { table }) => ({
      insert: async (row) => {
        if (transaction.ended) return inner.insert(row)
        await turns()
        return (transaction.ended ? collectionIn(adapter, table) : inner).insert(row)
      },
    }))(adapter),
  'a CONFLICT that the work catches leaves the rest of the transaction whole': inTransactions(() => {
    let aborted = false
    return (inner) => ({
      insert: async (row) => {
        if (aborted) throw failed()
        try {
          return await inner.insert(row)
        } catch (error) {
          aborted = isGitferryError(error, 'CONFLICT')
          throw error
        }
      },
    })
  }),
  'a session is refused once its transaction has ended': (adapter) =>
    inTransactions((transaction) => (inner, { table }) => ({
      insert: (row) => (transaction.ended ? collectionIn(adapter, table) : inner).insert(row),
    }))(adapter),
  'a read outside sees only what was committed': (adapter) => {
    let pending: AnyRow[] | undefined
    const leaking = inCollections(() => (inner, { inside }) => ({
      insert: async (row) => {
        const answer = await inner.insert(row)
        if (inside) pending?.push(answer)
        return answer
      },
      find: async (query) => (pending === undefined || inside ? inner.find(query) : pending),
    }))(adapter)
    return alterAdapter(leaking, {
      transaction: (work) =>
        leaking.transaction(async (session) => {
          pending = []
          try {
            return await work(session)
          } finally {
            pending = undefined
          }
        }),
    })
  },
  'a write outside waits until the transaction has ended': (adapter) => {
    let underWay: StorageSession | undefined
    const joining = inCollections(() => (inner, { table, inside }) => ({
      insert: (row) => (underWay && !inside ? collectionIn(underWay, table) : inner).insert(row),
    }))(adapter)
    return alterAdapter(joining, {
      transaction: (work) =>
        joining.transaction(async (session) => {
          underWay = session
          try {
            return await work(session)
          } finally {
            underWay = undefined
          }
        }),
    })
  },
  'transactions run as if each were alone': (adapter) =>
    alterAdapter(adapter, {
      transaction: async (work) => {
        const before = new Map((await collectionIn(adapter, 'repos').find()).map((row) => [row.id, row]))
        const reading = inTransactions(() => (inner, { table }) => ({
          get: async (id) => (table === 'repos' ? before.get(id) : undefined) ?? inner.get(id),
        }))(adapter)
        return reading.transaction(work)
      },
    }),
}
