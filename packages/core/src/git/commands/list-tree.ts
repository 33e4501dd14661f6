import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'
import { type ListedEntry, parseTreeEntries } from '../parsers/tree-entries.ts'

/** Lists the direct children of a commit’s top, or of a tree, by full oid. */
export const listTree = (oid: string): GitCommand<readonly ListedEntry[]> => ({
  args: ['ls-tree', '-z', '--long', '--full-tree', '--end-of-options', requireOid(oid)],
  exactOutput: true,
  parse: ({ stdout }) => parseTreeEntries(stdout),
})

/** What stands at a path of a commit; `null`: nothing. The path has passed the rules. */
export const entryAt = (commit: string, path: string): GitCommand<ListedEntry | null> => ({
  args: ['ls-tree', '-z', '--long', '--full-tree', '--end-of-options', requireOid(commit), '--', path],
  exactOutput: true,
  parse({ stdout }) {
    const bytes = Buffer.from(path).toString('latin1')
    return parseTreeEntries(stdout).find(({ name }) => name === bytes) ?? null
  },
})
