import { GitferryError, isGitferryError } from '../../../errors/index.ts'
import type { uniqueCases } from '../cases/unique.ts'
import { type AnyChanges, type AnyCollection, altering, type DefectsOf, inCollections } from './alter.ts'

const taken = () => new GitferryError('CONFLICT', 'The key is taken.')

/** The row under other keys. */
const renamed = (row: AnyChanges): AnyChanges => {
  const keys = ['uuid', 'name', 'path'].filter((key) => key in row)
  return { ...row, ...Object.fromEntries(keys.map((key) => [key, `${row[key]} once more`])) }
}

/** What happens instead when `insert` finds a key taken. */
const onTakenInsert = (
  instead: (inner: AnyCollection, row: AnyChanges, error: GitferryError, table: string) => Promise<unknown>,
) =>
  altering((inner, { table }) => ({
    insert: async (row) => {
      try {
        return await inner.insert(row)
      } catch (error) {
        if (!isGitferryError(error, 'CONFLICT')) throw error
        const answer = await instead(inner, row, error, table)
        if (answer === undefined) throw error
        return answer as Awaited<ReturnType<AnyCollection['insert']>>
      }
    },
  }))

export const uniqueDefects: DefectsOf<typeof uniqueCases> = {
  'insert of a taken key is a CONFLICT, for every column that is a key': onTakenInsert(
    async (inner, row, { details }) =>
      String(details.columns) === 'path' ? inner.insert(renamed(row)) : undefined,
  ),
  'insert of a taken key of several columns is a CONFLICT': onTakenInsert(async (inner, row, { details }) =>
    String(details.columns).includes(',') ? inner.insert(renamed(row)) : undefined,
  ),
  'rows may share a part of a key of several columns': altering((inner, { table }) => ({
    insert: async (row) => {
      if (table === 'remotes' && (await inner.count({ repo_id: row.repo_id })) > 0) throw taken()
      return inner.insert(row)
    },
  })),
  'null never collides': altering((inner, { table }) => ({
    insert: async (row) => {
      if (table === 'audit_log' && row.seq === null && (await inner.count({ seq: null })) > 0) throw taken()
      return inner.insert(row)
    },
  })),
  'keys tell capital letters from small ones': altering((inner) => ({
    insert: async (row) => {
      const { uuid } = row
      if (typeof uuid === 'string') {
        const others = (await inner.find())
          .map((other) => String(other.uuid))
          .filter((other) => other !== uuid)
        if (others.some((other) => other.toLowerCase() === uuid.toLowerCase())) throw taken()
      }
      return inner.insert(row)
    },
  })),
  'a CONFLICT names the table and the columns': onTakenInsert(() => Promise.reject(taken())),
  'insert stores nothing when a key is taken': onTakenInsert(async (inner, row) => {
    await inner.insert(renamed(row)).catch(() => undefined)
    return undefined
  }),
  'update to a taken key is a CONFLICT': altering((inner) => ({
    update: async (id, changes, options) => {
      try {
        return await inner.update(id, changes, options)
      } catch (error) {
        if (!isGitferryError(error, 'CONFLICT')) throw error
        throw new GitferryError('STORAGE_FAILED', 'The database refused.', { cause: error })
      }
    },
  })),
  'update changes nothing when a key is taken': altering((inner) => ({
    update: async (id, changes, options) => {
      try {
        return await inner.update(id, changes, options)
      } catch (error) {
        const { name: _, ...others } = changes
        if (isGitferryError(error, 'CONFLICT')) await inner.update(id, others)
        throw error
      }
    },
  })),
  'a row does not collide with itself': altering((inner) => ({
    update: async (id, changes, options) => {
      const { name } = changes
      if (name !== undefined && (await inner.count({ name })) > 0) throw taken()
      return inner.update(id, changes, options)
    },
  })),
  'a key that a row no longer has is free': inCollections(() => {
    const held = new Set<unknown>()
    return (inner) => ({
      insert: async (row) => {
        if (held.has(row.uuid)) throw taken()
        return inner.insert(row)
      },
      update: async (id, changes, options) => {
        const before = changes.uuid === undefined ? undefined : await inner.get(id)
        const row = await inner.update(id, changes, options)
        if (before !== undefined) held.add(before.uuid)
        return row
      },
    })
  }),
  'updateWhere to a taken key is a CONFLICT': altering((inner) => ({
    updateWhere: async (where, changes) => {
      try {
        return await inner.updateWhere(where, changes)
      } catch (error) {
        if (isGitferryError(error, 'CONFLICT')) return 0
        throw error
      }
    },
  })),
  'updateWhere changes no row when a key is taken': altering((inner) => ({
    updateWhere: async (where, changes) => {
      try {
        return await inner.updateWhere(where, changes)
      } catch (error) {
        if (isGitferryError(error, 'CONFLICT')) {
          for (const { id } of await inner.find({ where })) await inner.update(id, changes)
        }
        throw error
      }
    },
  })),
}
