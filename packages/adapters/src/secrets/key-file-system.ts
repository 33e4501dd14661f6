import { constants } from 'node:fs'
import type * as nodeFs from 'node:fs/promises'

/** The part of `node:fs/promises` that keeps key files. */
export type KeyFileSystem = Pick<
  typeof nodeFs,
  'link' | 'mkdir' | 'open' | 'readdir' | 'realpath' | 'rename' | 'unlink'
>

/** Writes a file that is not there yet, for its owner alone; on the disk when it returns, but for its name. */
export async function writeWhole(path: string, content: string, fs: KeyFileSystem): Promise<void> {
  const file = await fs.open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** What is sealed with a key is on disk from its commit on: so must the key’s name be. */
export async function syncFolder(path: string, fs: KeyFileSystem): Promise<void> {
  const folder = await fs.open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** `undefined` where the file system refuses with this code. */
export async function unlessCode<Value>(code: string, work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return undefined
    throw error
  }
}
