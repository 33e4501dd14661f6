import { GitferryError } from '../../errors/index.ts'

/** What HFS+ passes over when it compares names (`next_hfs_char` in git’s utf8.c): `.g\u200cit` is `.git` there. */
const passedOverByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/** A part of a path without what HFS+ does not see. */
export const asHfsSees = (part: string): string => part.replace(passedOverByHfs, '')

/** NTFS knows `.git` by its short name too, and passes over dots, spaces and a stream’s name at the end. */
const dotGit = /^(?:\.git|git~1)[. ]*(?::|$)/i

const maxComponentBytes = 255
const encoder = new TextEncoder()

/** Whether a checkout on some file system would write a part of a path into the folder `.git` (CVE-2014-9390). */
const isDotGit = (part: string): boolean =>
  // a backslash parts folders on Windows
  part.split('\\').some((name) => dotGit.test(asHfsSees(name)))

/**
 * Why a path cannot be that of a file in a commit that is made here, or `undefined` when it can. git refuses some of
 * these itself (`verify_path`), one by one and without a reason. `isNew`: it is to be made, not found; then `:` is
 * refused, too, which means a drive or a stream on Windows. A file of that name that is there can be changed and deleted.
 */
export function problemWithWrittenPath(
  path: string,
  { isNew }: { readonly isNew: boolean },
): string | undefined {
  if (path === '') return 'must not be empty'
  if (/\p{Cc}/u.test(path)) return 'must not hold control characters'
  if (!path.isWellFormed() || path.includes('\ufffd')) return 'must be valid UTF-8'
  if (isNew && path.includes(':')) return 'must not hold ":", which means something else on Windows'
  for (const part of path.split('/')) {
    if (part === '') return 'must not begin or end with "/" or hold "//"'
    if (part === '.' || part === '..') return `no part of it may be "${part}"`
    if (isDotGit(part)) return 'no part of it may be ".git", or what some file system takes for it'
    if (encoder.encode(part).length > maxComponentBytes) {
      return `no part of it may have more than ${maxComponentBytes} bytes`
    }
  }
  return undefined
}

/** @throws PATH_INVALID naming `field` */
export function checkWrittenPath(path: string, field: string, options: { readonly isNew: boolean }): void {
  const problem = problemWithWrittenPath(path, options)
  if (problem === undefined) return
  throw new GitferryError('PATH_INVALID', `${field}: ${problem}`, { details: { field } })
}
