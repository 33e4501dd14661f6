import { GitferryError } from '../../../errors/index.ts'
import { type Column, tables } from '../../../ports/index.ts'
import type { updateCases } from '../cases/updates.ts'
import { altering, type DefectsOf } from './alter.ts'

const firstOf = (where: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(where).slice(0, 1))

export const updateDefects: DefectsOf<typeof updateCases> = {
  'update keeps the fields that are not given': altering((inner, { table }) => ({
    update: (id, changes, options) => {
      const columns = Object.entries<Column>(tables[table].columns)
      const missing = columns.filter(([name, { nullable }]) => nullable && !(name in changes))
      const nulls = table === 'repos' ? missing.map(([name]) => [name, null]) : []
      return inner.update(id, { ...Object.fromEntries(nulls), ...changes }, options)
    },
  })),
  'a field that is undefined stays as it is': altering((inner) => ({
    update: (id, changes, options) => {
      const fields = Object.entries(changes).map(([name, value]) => [
        name,
        value === undefined ? null : value,
      ])
      return inner.update(id, Object.fromEntries(fields), options)
    },
  })),
  'a field that is null becomes null': altering((inner) => ({
    update: (id, changes, options) => {
      const fields = Object.entries(changes).filter(([, value]) => value !== null)
      return inner.update(id, Object.fromEntries(fields), options)
    },
  })),
  'update answers the row as it now is': altering((inner) => ({
    update: async (id, changes, options) => {
      const [before] = await inner.find({ where: { id } })
      const row = await inner.update(id, changes, options)
      return row && { ...row, ...before, version: row.version }
    },
  })),
  'update changes one row only': altering((inner, { table }) => ({
    update: async (id, changes, options) => {
      const row = await inner.update(id, changes, options)
      if (table === 'run_log' && Object.keys(changes).length > 0)
        await inner.updateWhere({ id: { lt: id } }, changes)
      return row
    },
  })),
  'update answers undefined where there is no such row': altering((inner) => ({
    update: async (id, changes, options) => {
      const row = await inner.update(id, changes, options)
      if (row !== undefined || options !== undefined) return row
      throw new GitferryError('STORAGE_FAILED', 'There is no such row.')
    },
  })),
  'updateWhere answers how many rows it changed': altering((inner) => ({
    updateWhere: async (where, changes) => Math.min(1, await inner.updateWhere(where, changes)),
  })),
  'updateWhere answers 0 where no row matches': altering((inner, { table }) => ({
    updateWhere: async (where, changes) => {
      const changed = await inner.updateWhere(where, changes)
      if (changed > 0 || table !== 'run_log') return changed
      throw new GitferryError('STORAGE_FAILED', 'No row matches.')
    },
  })),
  'updateWhere changes the rows that meet every condition, and no other': altering((inner) => ({
    updateWhere: (where, changes) => inner.updateWhere(firstOf(where), changes),
  })),
  'updateWhere without a condition changes every row': altering((inner, { table }) => ({
    updateWhere: async (where, changes) =>
      table === 'run_log' && Object.keys(where).length === 0 ? 0 : inner.updateWhere(where, changes),
  })),
}
