import type { GitCommand } from '../command.ts'

export interface CheckedOut {
  /** Full names; the unborn branch of a new repository is among them. */
  readonly branches: ReadonlySet<string>
  /** The main repository has no worktree: its HEAD is nobody's checkout. */
  readonly isBare: boolean
}

/** The branches that a worktree of the repository stands on. */
export const checkedOutBranches = (): GitCommand<CheckedOut> => ({
  args: ['worktree', 'list', '--porcelain', '-z'],
  parse({ stdout }) {
    const fields = stdout.toString('utf8').split('\0')
    const isBranch = (field: string): boolean => field.startsWith('branch ')
    return {
      branches: new Set(fields.filter(isBranch).map((field) => field.slice('branch '.length))),
      // The main worktree comes first; an empty field ends it.
      isBare: fields.slice(0, fields.indexOf('')).includes('bare'),
    }
  },
})
