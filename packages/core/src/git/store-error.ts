import { GitferryError } from '../errors/index.ts'

/** Whether the code of a system error says that there is no space left. Pure. */
export const isDiskFull = (code: string | undefined): boolean =>
  code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG'

/** The error of a store that could not `what` (`be made`): DISK_FULL where there is no space, else STORE_FAILED. */
export function storeError(what: string, uuid: string, cause: unknown): GitferryError {
  const { code } = cause as NodeJS.ErrnoException
  return new GitferryError(
    isDiskFull(code) ? 'DISK_FULL' : 'STORE_FAILED',
    `The store ${uuid} could not ${what} (${code ?? 'unknown'}). Check the data directory.`,
    { cause },
  )
}
