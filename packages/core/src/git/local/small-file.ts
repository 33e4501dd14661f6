import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { notARepository } from './not-a-repository.ts'

/** How much `readSmallFile` reads, in bytes. */
export const smallFileCap = 64 * 1024

/** The code of a file system error (`ENOENT`), or `undefined` when it is something else. */
export const fileErrorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/**
 * The text of one of git's own small files (`HEAD`, `commondir`), at most 64 KiB of it, or `undefined` when
 * there is none. Never waits: a pipe or a device put there in place of the file answers `undefined` as well.
 */
export async function readSmallFile(path: string): Promise<string | undefined> {
  const file = openWithoutWaiting(path)
  if (file === undefined) return undefined
  try {
    const found = fstatSync(file)
    if (!found.isFile()) return undefined
    const buffer = Buffer.alloc(Math.min(found.size, smallFileCap))
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, 0))
  } finally {
    closeSync(file)
  }
}

function openWithoutWaiting(path: string): number | undefined {
  try {
    // Without O_NONBLOCK, opening a FIFO that nobody writes to waits for ever.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const code = fileErrorCode(error) ?? ''
    if (['ENOENT', 'ENOTDIR', 'ENXIO'].includes(code)) return undefined
    if (code === 'ELOOP') throw notARepository(path, 'is a symbolic link that leads in a circle', error)
    if (['EACCES', 'EPERM'].includes(code)) throw notARepository(path, 'cannot be read by this user', error)
    throw error
  }
}
