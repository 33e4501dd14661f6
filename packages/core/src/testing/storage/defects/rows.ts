import { isGitferryError } from '../../../errors/index.ts'
import type { rowCases } from '../cases/rows.ts'
import { type AnyRow, altering, answering, type Defect, type DefectsOf, inCollections } from './alter.ts'

const mapFields = (row: AnyRow, change: (value: unknown, name: string) => unknown): AnyRow =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value, name)])) as AnyRow

/** Finds show objects that somebody outside holds, as long as their version is the stored one. */
const sharing = (method: 'insert' | 'get' | 'find' | 'update', what: 'answered' | 'given'): Defect =>
  inCollections(() => {
    const held = new Map<string, unknown>()
    const key = (row: AnyRow) => `${row.id} ${row.version}`
    return (inner, { table }) => {
      const hold = (row: AnyRow | undefined, given?: unknown): void => {
        if (table !== 'tasks' || row === undefined) return
        const refs = what === 'answered' ? row.refs : given
        if (refs !== undefined) held.set(key(row), refs)
      }
      const show = (row: AnyRow) => (held.has(key(row)) ? { ...row, refs: held.get(key(row)) } : row)
      return {
        insert: async (row) => {
          const answer = await inner.insert(row)
          if (method === 'insert') hold(answer, row.refs)
          return answer
        },
        get: async (id) => {
          const answer = await inner.get(id)
          if (method === 'get') hold(answer)
          return answer
        },
        update: async (id, changes, options) => {
          const answer = await inner.update(id, changes, options)
          if (method === 'update') hold(answer, changes.refs)
          return answer
        },
        find: async (query) => {
          const answer = table === 'tasks' ? (await inner.find(query)).map(show) : await inner.find(query)
          if (method === 'find') for (const row of answer) hold(row)
          return answer
        },
      }
    }
  })

export const rowDefects: DefectsOf<typeof rowCases> = {
  'insert answers the row whole, with an id and version 1': altering((inner) => ({
    insert: async (row) => {
      const answer = await inner.insert(row)
      return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== null)) as AnyRow
    },
  })),
  'get answers the row of that id': altering((inner) => ({
    get: async (id) => {
      const row = await inner.get(id)
      return row && (await inner.find({ order: [{ by: 'id', direction: 'desc' }], limit: 1 }))[0]
    },
  })),
  'get answers undefined where there is no such row': altering((inner) => ({
    get: async (id) => (await inner.get(id)) ?? (null as unknown as undefined),
  })),
  'every table holds every declared column, and nothing else': altering((inner, { table }) => ({
    get: async (id) => {
      const row = await inner.get(id)
      return row && table === 'tasks' ? { ...row, stall_timeout_ms: 0 } : row
    },
  })),
  'rows are plain objects': answering((rows) => rows.map((row) => Object.setPrototypeOf(row, null))),
  'two collections of one table show the same rows': inCollections(() => (inner) => {
    const read = new Map<number, AnyRow | undefined>()
    const forgetting = async <Answer>(id: number, work: Promise<Answer>) => {
      read.delete(id)
      return work
    }
    return {
      get: async (id) => {
        if (!read.has(id)) read.set(id, await inner.get(id))
        return read.get(id)
      },
      update: (id, changes, options) => forgetting(id, inner.update(id, changes, options)),
      delete: (id) => forgetting(id, inner.delete(id)),
      updateWhere: async (where, changes) => {
        read.clear()
        return inner.updateWhere(where, changes)
      },
    }
  }),
  'an integer beyond 2^53 − 1 is refused': altering((inner) => ({
    insert: (row) =>
      inner.insert(
        mapFields(row as AnyRow, (value) =>
          typeof value === 'number' ? Math.min(value, Number.MAX_SAFE_INTEGER) : value,
        ),
      ),
  })),
  'null is refused in a column that is not nullable': altering((inner) => ({
    insert: async (row) => {
      try {
        return await inner.insert(row)
      } catch (error) {
        if (row.text !== null || !isGitferryError(error)) throw error
        return inner.insert({ ...row, text: '' })
      }
    },
  })),
  'changing a row that insert answered changes nothing stored': sharing('insert', 'answered'),
  'changing a row that get answered changes nothing stored': sharing('get', 'answered'),
  'changing a row that find answered changes nothing stored': sharing('find', 'answered'),
  'changing a row that update answered changes nothing stored': sharing('update', 'answered'),
  'changing what was given to insert changes nothing stored': sharing('insert', 'given'),
  'changing what was given to update changes nothing stored': sharing('update', 'given'),
  'the id is a positive integer in every answer': altering((inner) => ({
    update: async (id, changes, options) => {
      const row = await inner.update(id, changes, options)
      return row && { ...row, id: `${row.id}` as unknown as number }
    },
  })),
}
