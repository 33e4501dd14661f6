import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { storageFailed } from '../failure.ts'

/** The path that means: in memory, gone when closed. */
export const inMemory = ':memory:'

/**
 * Makes the file, for its owner alone, and its folder, where they do not exist; SQLite gives its further files
 * (`-wal`, `-shm`) the same mode. What exists keeps its mode. Answers the absolute path.
 * @throws STORAGE_FAILED
 */
export function createFile(path: string): string {
  if (path === inMemory) return path
  const file = resolve(path)
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    throw storageFailed(
      `The database file ${file} cannot be made or written to: ${(error as Error).message}. ` +
        'Give this user the right to its folder, or choose another path.',
      error,
    )
  }
  return file
}
