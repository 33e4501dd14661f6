import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'

/** A file, a link or a submodule of a commit. */
export interface TreeFile {
  readonly path: string
  /** Six octal digits. */
  readonly mode: string
  readonly oid: string
}

/**
 * Answers the files of a commit that `isWanted` names; the rest, of which there may be many, is passed over as it is read.
 * A path that is not UTF-8 is told with U+FFFD.
 */
export const treeFiles = (
  commit: string,
  isWanted: (path: string) => boolean,
): GitCommand<readonly TreeFile[]> => ({
  args: ['ls-tree', '-r', '-z', '--full-tree', '--end-of-options', requireOid(commit)],
  parse({ stdout }) {
    const files: TreeFile[] = []
    for (let start = 0; start < stdout.length; ) {
      const end = stdout.indexOf(0, start)
      const tab = stdout.indexOf(9, start)
      if (end === -1 || tab === -1 || tab > end) {
        throw new GitferryError('GIT_FAILED', 'git ls-tree printed a line that is cut off.')
      }
      const path = stdout.toString('utf8', tab + 1, end)
      if (isWanted(path)) {
        const [mode = '', , oid = ''] = stdout.toString('latin1', start, tab).split(' ')
        files.push({ path, mode, oid })
      }
      start = end + 1
    }
    return files
  },
})
