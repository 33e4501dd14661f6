import type { GitCommand } from '../../command.ts'
import type { GitSetting } from '../../settings.ts'

/** Creates a ref, by its full name, at an object; fails when any ref of that name is there. `message` goes to its log. */
export const createRef = (
  ref: string,
  oid: string,
  message: string,
  settings: readonly GitSetting[],
): GitCommand<void> => ({
  args: ['update-ref', '-m', message, '--stdin', '-z'],
  // Without no-deref, a symbolic ref of that name would have its target created.
  stdin: `option no-deref\0create ${ref}\0${oid}\0`,
  settings,
  parse: () => {},
})

/** Deletes a ref and its log if it still is at `oid`. */
export const deleteRef = (ref: string, oid: string, settings: readonly GitSetting[]): GitCommand<void> => ({
  args: ['update-ref', '--stdin', '-z'],
  // Without no-deref, a symbolic ref would have the ref deleted that it points at.
  stdin: `option no-deref\0delete ${ref}\0${oid}\0`,
  settings,
  parse: () => {},
})
