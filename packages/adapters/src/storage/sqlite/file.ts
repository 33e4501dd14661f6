import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** The path that means: in memory, gone when closed. */
export const inMemory = ':memory:'

/**
 * Makes the file, for its owner alone, and its folder, where they do not exist; SQLite gives its further files
 * (`-wal`, `-shm`) the same mode. What exists keeps its mode. Answers the absolute path.
 */
export function createFile(path: string): string {
  if (path === inMemory) return path
  const file = resolve(path)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
  return file
}
