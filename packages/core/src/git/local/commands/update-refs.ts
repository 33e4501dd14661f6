import type { GitCommand } from '../../command.ts'
import type { GitSetting } from '../../settings.ts'

/** Creates the branch at a commit; fails when any ref of that name is there. `message` goes to its log. */
export const createBranchRef = (
  branch: string,
  oid: string,
  message: string,
  settings: readonly GitSetting[],
): GitCommand<void> => ({
  args: ['update-ref', '-m', message, '--stdin', '-z'],
  // Without no-deref, a symbolic ref of that name would have its target created.
  stdin: `option no-deref\0create refs/heads/${branch}\0${oid}\0`,
  settings,
  parse: () => {},
})

/** Deletes the branch and its log if it still is at `oid`. */
export const deleteBranchRef = (
  branch: string,
  oid: string,
  settings: readonly GitSetting[],
): GitCommand<void> => ({
  args: ['update-ref', '--stdin', '-z'],
  // Without no-deref, a symbolic ref would have the branch deleted that it points at.
  stdin: `option no-deref\0delete refs/heads/${branch}\0${oid}\0`,
  settings,
  parse: () => {},
})
