import { GitferryError, isGitferryError } from '../../../errors/index.ts'
import type { versionCases } from '../cases/versions.ts'
import { altering, type DefectsOf, inCollections } from './alter.ts'

const conflict = () => new GitferryError('VERSION_CONFLICT', 'The row has another version.')

export const versionDefects: DefectsOf<typeof versionCases> = {
  'update raises the version by one': altering((inner) => ({
    update: async (id, changes, options) => {
      const row = await inner.update(id, changes, options)
      return row && { ...row, version: row.version - 1 }
    },
  })),
  'an update that changes nothing raises the version too': altering((inner, { table }) => ({
    update: async (id, changes, options) => {
      const row = options === undefined && table === 'run_log' ? await inner.get(id) : undefined
      const same = row && Object.entries(changes).every(([name, value]) => row[name] === value)
      return same && Object.keys(changes).length > 0 ? row : inner.update(id, changes, options)
    },
  })),
  'updateWhere raises the version of each row by one': inCollections(() => {
    const raised = new Map<string, number>()
    return (inner, { table }) => ({
      updateWhere: async (where, changes) => {
        for (const { id } of await inner.find({ where })) {
          raised.set(`${table} ${id}`, (raised.get(`${table} ${id}`) ?? 0) + 1)
        }
        return inner.updateWhere(where, changes)
      },
      get: async (id) => {
        const row = await inner.get(id)
        return row && { ...row, version: row.version - (raised.get(`${table} ${id}`) ?? 0) }
      },
    })
  }),
  'update with the version that the row has changes it': altering((inner) => ({
    update: async (id, changes, options) => {
      if (options?.version !== undefined && options.version > 1 && (await inner.get(id))) throw conflict()
      return inner.update(id, changes, options)
    },
  })),
  'update with another version is a VERSION_CONFLICT': altering((inner, { table }) => ({
    update: async (id, changes, options) => {
      try {
        return await inner.update(id, changes, options)
      } catch (error) {
        if (table === 'run_log' && isGitferryError(error, 'VERSION_CONFLICT')) return undefined
        throw error
      }
    },
  })),
  'update with another version changes nothing': altering((inner) => ({
    update: async (id, changes, options) => {
      try {
        return await inner.update(id, changes, options)
      } catch (error) {
        if (isGitferryError(error, 'VERSION_CONFLICT')) await inner.update(id, changes)
        throw error
      }
    },
  })),
  'update with a version answers undefined where there is no such row': altering((inner) => ({
    update: async (id, changes, options) => {
      const row = await inner.update(id, changes, options)
      if (row === undefined && options?.version !== undefined) throw conflict()
      return row
    },
  })),
}
