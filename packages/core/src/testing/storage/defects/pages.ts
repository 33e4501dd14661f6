import type { pageCases } from '../cases/pages.ts'
import { type AnyQuery, type AnyRow, altering, answering, asking, type DefectsOf } from './alter.ts'

const without = (query: AnyQuery, ...names: (keyof AnyQuery)[]): AnyQuery =>
  Object.fromEntries(Object.entries(query).filter(([name]) => !names.includes(name as keyof AnyQuery)))

/** Drops rows from what comes after a row. */
const droppingAfter = (drops: (row: AnyRow, after: AnyRow, query: AnyQuery) => boolean) =>
  answering((rows, query) =>
    query.after === undefined ? rows : rows.filter((row) => !drops(row, query.after as AnyRow, query)),
  )

export const pageDefects: DefectsOf<typeof pageCases> = {
  'limit answers the first rows of the order': altering((inner) => ({
    find: async (query = {}) => {
      if (query.limit === undefined || query.order === undefined) return inner.find(query)
      const limited = new Set((await inner.find(without(query, 'order'))).map(({ id }) => id))
      return (await inner.find(without(query, 'limit'))).filter(({ id }) => limited.has(id))
    },
  })),
  'limit: 0 answers nothing': asking((query) => (query.limit === 0 ? without(query, 'limit') : query)),
  'offset skips rows before the limit counts': altering((inner) => ({
    find: async (query = {}) => {
      if (query.limit === undefined || query.offset === undefined) return inner.find(query)
      return (await inner.find(without(query, 'offset'))).slice(query.offset)
    },
  })),
  'offset works without a limit': asking((query) =>
    query.limit === undefined && query.after === undefined ? without(query, 'offset') : query,
  ),
  'an offset beyond the end answers nothing': altering((inner) => ({
    find: async (query = {}) => {
      const rows = await inner.find(query)
      if (rows.length > 0 || query.offset === undefined || query.limit === undefined) return rows
      return (await inner.find(without(query, 'offset', 'limit'))).slice(-query.limit)
    },
  })),
  'after goes on behind the given row': altering((inner) => ({
    find: async (query = {}) => {
      const rows = await inner.find(query)
      if (query.after === undefined || query.order !== undefined) return rows
      const given = await inner.find({ where: { ...query.where, id: query.after.id } })
      return [...given, ...rows]
    },
  })),
  'after goes on downwards when the order is descending': altering((inner) => ({
    find: async (query = {}) => {
      const { after, order: [first] = [] } = query
      if (after === undefined || first?.by !== 'id') return inner.find(query)
      return (await inner.find(without(query, 'after'))).filter(({ id }) => id > after.id)
    },
  })),
  'after goes on within a tie by id': droppingAfter(
    (row, after, { order = [] }) =>
      order.length === 1 && order.every(({ by }) => by !== 'id' && row[by] === after[by]),
  ),
  'after compares the second order only where the first ties': droppingAfter(
    (row, after, { order = [] }) =>
      order.length > 1 && order.some(({ by }, place) => place > 0 && Number(row[by]) <= Number(after[by])),
  ),
  'after works when its row was deleted meanwhile': altering((inner) => ({
    find: async (query = {}) => {
      if (query.after === undefined || query.offset !== undefined || query.where !== undefined) {
        return inner.find(query)
      }
      return (await inner.get(query.after.id)) === undefined ? [] : inner.find(query)
    },
  })),
  'after a value, nulls still come when descending': droppingAfter((row, _, { order = [] }) =>
    order.some(({ by, direction }) => direction === 'desc' && row[by] === null),
  ),
  'after a value, nulls do not come again when ascending': altering((inner) => ({
    find: async (query = {}) => {
      const { after, order: [first] = [] } = query
      const rows = await inner.find(query)
      if (after === undefined || first?.by !== 'seq' || first.direction === 'desc') return rows
      return [...rows, ...(await inner.find({ where: { seq: null } }))]
    },
  })),
  'conditions hold behind a page too': asking((query) => (query.after ? without(query, 'where') : query)),
  'offset and after together are refused': asking((query) =>
    query.after ? without(query, 'offset') : query,
  ),
}
