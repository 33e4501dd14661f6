import type { idCases } from '../cases/ids.ts'
import {
  type AnyCollection,
  alterAdapter,
  collectionIn,
  type Defect,
  type DefectsOf,
  inCollections,
} from './alter.ts'

/** Ids, table by table, that `insert` will tell again. */
class Released {
  readonly #ids = new Map<string, number[]>()

  add(table: string, id: number): void {
    this.#ids.set(table, [...(this.#ids.get(table) ?? []), id])
  }

  take(table: string): number | undefined {
    return this.#ids.get(table)?.pop()
  }
}

const tellingAgain = (
  released: Released,
  overrides: (inner: AnyCollection, table: string) => Partial<AnyCollection> = () => ({}),
): Defect =>
  inCollections(() => (inner, { table }) => ({
    insert: async (row) => {
      const answer = await inner.insert(row)
      return { ...answer, id: released.take(table) ?? answer.id }
    },
    ...overrides(inner, table),
  }))

export const idDefects: DefectsOf<typeof idCases> = {
  'the id of a deleted row is not given again': (adapter) => {
    const released = new Released()
    return tellingAgain(released, (inner, table) => ({
      delete: async (id) => {
        const deleted = await inner.delete(id)
        if (deleted) released.add(table, id)
        return deleted
      },
    }))(adapter)
  },
  'ids do not begin anew when every row was deleted': (adapter) => {
    const released = new Released()
    return tellingAgain(released, (inner, table) => ({
      deleteWhere: async (where) => {
        const rows = await inner.find()
        const deleted = await inner.deleteWhere(where)
        if (deleted === rows.length) for (const { id } of rows) released.add(table, id)
        return deleted
      },
    }))(adapter)
  },
  'an id that was given in a failed transaction is not given again': (adapter) => {
    const released = new Released()
    const telling = tellingAgain(released)(adapter)
    return alterAdapter(telling, {
      transaction: async (work) => {
        const given: (() => void)[] = []
        const recording = inCollections(() => (inner, { table }) => ({
          insert: async (row) => {
            const answer = await inner.insert(row)
            given.push(() => released.add(table, answer.id))
            return answer
          },
        }))(adapter)
        try {
          return await recording.transaction(work)
        } catch (error) {
          for (const release of given) release()
          throw error
        }
      },
    })
  },
  'the id of a deleted row is not given again after a restart': (adapter) => {
    const released = new Released()
    return alterAdapter(tellingAgain(released)(adapter), {
      open: async () => {
        await adapter.open()
        const ids = (await collectionIn(adapter, 'run_log').find()).map(({ id }) => id)
        if (ids.length > 0) released.add('run_log', Math.max(...ids) + 1)
      },
    })
  },
}
