import { accessSync, constants, statfsSync } from 'node:fs'

/** Several times what all tests have on disk at the same time. */
const enoughBytes = 4 * 1_024 ** 3
const folder = '/dev/shm'

/**
 * A folder in memory for temporary files, where the machine has one with room: thousands of cases make repositories and
 * databases, and half of what they take is waiting for the disk. `undefined`: there is none, or TMPDIR says where.
 */
export function memoryFolder(): string | undefined {
  if (process.env.TMPDIR !== undefined) return undefined
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= enoughBytes ? folder : undefined
  } catch {
    return undefined
  }
}
