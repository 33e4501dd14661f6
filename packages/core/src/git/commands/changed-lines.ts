import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'

export interface ChangedLines {
  readonly additions: number
  readonly deletions: number
}

/**
 * Counts the lines that a commit changed against its first parent, or against nothing, as `git show --numstat` does: a
 * file that was only moved counts for nothing, and neither does a binary one. No program of the user’s takes part.
 */
export const changedLines = (commit: string): GitCommand<ChangedLines> => ({
  args: [
    'diff-tree',
    '--root',
    '--no-commit-id',
    '-r',
    '-z',
    '--numstat',
    '--find-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--end-of-options',
    requireOid(commit),
  ],
  parse({ stdout }) {
    const fields = stdout.toString('utf8').split('\0').slice(0, -1)
    let [additions, deletions] = [0, 0]
    for (let index = 0; index < fields.length; index += 1) {
      const match = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(fields[index] ?? '')
      if (match === null) throw new GitferryError('GIT_FAILED', 'git diff-tree printed no counts.')
      const [, added, deleted, path] = match
      additions += added === '-' ? 0 : Number(added)
      deletions += deleted === '-' ? 0 : Number(deleted)
      // of a moved file the old and the new path follow in fields of their own
      if (path === '') index += 2
    }
    return { additions, deletions }
  },
})
