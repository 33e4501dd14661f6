import { GitferryError } from '@gitferry/core/errors'

/** The storage could not do it, or will not. */
export const storageFailed = (message: string, cause?: unknown): GitferryError =>
  new GitferryError('STORAGE_FAILED', message, { cause })

/** A declared unique key is taken. */
export const keyTaken = (table: string, columns: readonly string[], cause?: unknown): GitferryError =>
  new GitferryError('CONFLICT', `Another row of ${table} has the same ${columns.join(' and ')} already.`, {
    details: { table, columns },
    cause,
  })

/** The row is there, but not in the version that the caller knows. */
export const versionConflict = (table: string, id: number, expected: number, actual: number): GitferryError =>
  new GitferryError(
    'VERSION_CONFLICT',
    `Row ${id} of ${table} was changed meanwhile: it has version ${actual}, not ${expected}. Read it again.`,
    { details: { table, id, expected, actual } },
  )
