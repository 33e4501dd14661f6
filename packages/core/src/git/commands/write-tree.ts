import type { GitCommand } from '../command.ts'

/**
 * Stores an index file of ours as trees and answers the oid of the top one. Blobs are not looked for: those of the user’s
 * commit need not all be here in a partial clone, and the new ones were stored a moment ago.
 */
export const writeTree = (indexFile: string): GitCommand<string> => ({
  args: ['write-tree', '--missing-ok'],
  env: { GIT_INDEX_FILE: indexFile },
  parse: ({ stdout }) => stdout.toString('latin1').trimEnd(),
})
