import { isGitferryError } from '../../../errors/index.ts'
import type { concurrencyCases } from '../cases/concurrency.ts'
import { type AnyRow, altering, type DefectsOf, inCollections } from './alter.ts'

export const concurrencyDefects: DefectsOf<typeof concurrencyCases> = {
  'of several inserts of one key, one succeeds': altering((inner, { table }) => ({
    insert: async (row) => {
      if (table !== 'repos') return inner.insert(row)
      const { uuid, name, path } = row
      const taken = await Promise.all([{ uuid }, { name }, { path }].map((where) => inner.count(where)))
      try {
        return await inner.insert(row)
      } catch (error) {
        if (taken.some((count) => count > 0) || !isGitferryError(error, 'CONFLICT')) throw error
        const [found] = await inner.find({ where: { name } })
        return found!
      }
    },
  })),
  'of several updates from one version, one succeeds': altering((inner) => ({
    update: async (id, changes, options) => {
      if (options?.version === undefined) return inner.update(id, changes)
      const row = await inner.get(id)
      if (row?.version !== options.version) return inner.update(id, changes, options)
      return inner.update(id, changes)
    },
  })),
  'of several updateWhere that claim one row, one gets it': altering((inner) => ({
    updateWhere: async (where, changes) => {
      const matching = await inner.count(where)
      await inner.updateWhere(where, changes)
      return matching
    },
  })),
  'of several deletes of one row, one succeeds': altering((inner) => ({
    delete: async (id) => {
      const row = await inner.get(id)
      await inner.delete(id)
      return row !== undefined
    },
  })),
  'inserts at the same moment get ids of their own': inCollections(() => {
    const underWay = new Map<string, Promise<AnyRow>>()
    return (inner, { table }) => ({
      insert: async (row) => {
        const first = underWay.get(table)
        const own = inner.insert(row)
        if (first !== undefined) return { ...(await own), id: (await first).id }
        underWay.set(table, own)
        try {
          return await own
        } finally {
          underWay.delete(table)
        }
      },
    })
  }),
}
