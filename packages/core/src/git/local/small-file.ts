import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

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
  // Without O_NONBLOCK, opening a FIFO that nobody writes to waits for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR', 'ENXIO'].includes(fileErrorCode(error) ?? '')) return undefined
    throw error
  })
  if (file === undefined) return undefined
  try {
    if (!(await file.stat()).isFile()) return undefined
    const buffer = Buffer.alloc(smallFileCap)
    const { bytesRead } = await file.read(buffer, 0, smallFileCap, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
