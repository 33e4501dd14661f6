import { GitferryError } from '../../../errors/index.ts'
import type { deleteCases } from '../cases/deletes.ts'
import { altering, type DefectsOf, inCollections } from './alter.ts'

export const deleteDefects: DefectsOf<typeof deleteCases> = {
  'a deleted row is gone': inCollections(() => {
    let deleted = 0
    return (inner) => ({
      delete: async (id) => {
        const was = await inner.delete(id)
        deleted += Number(was)
        return was
      },
      count: async (where) => (await inner.count(where)) + deleted,
    })
  }),
  'delete answers false where there is no such row': inCollections(() => {
    const given = new Set<number>()
    return (inner) => ({
      insert: async (row) => {
        const answer = await inner.insert(row)
        given.add(answer.id)
        return answer
      },
      delete: async (id) => (await inner.delete(id)) || !given.has(id),
    })
  }),
  'a deleted row gives its unique keys free': inCollections(() => {
    const held = new Set<unknown>()
    return (inner) => ({
      insert: async (row) => {
        if (held.has(row.uuid)) throw new GitferryError('CONFLICT', 'A row that was deleted has this key.')
        return inner.insert(row)
      },
      delete: async (id) => {
        const [row] = await inner.find({ where: { id } })
        if (row?.uuid !== undefined) held.add(row.uuid)
        return inner.delete(id)
      },
    })
  }),
  'deleteWhere answers how many rows it deleted': altering((inner) => ({
    deleteWhere: async (where) => Math.min(1, await inner.deleteWhere(where)),
  })),
  'deleteWhere deletes the rows that meet every condition, and no other': altering((inner) => ({
    deleteWhere: (where) => inner.deleteWhere(Object.fromEntries(Object.entries(where).slice(0, 1))),
  })),
  'deleteWhere without a condition deletes every row': altering((inner) => ({
    deleteWhere: async (where) => (Object.keys(where).length === 0 ? 0 : inner.deleteWhere(where)),
  })),
}
