import type { GitCommand } from '../command.ts'
import { requireFullRef } from '../full-ref.ts'
import { parseRefList } from '../parsers/ref-list.ts'

/**
 * Lists the refs of a repository: full name → oid, an annotated tag with its own oid. `prefixes`: only refs
 * equal to one of these or below it (`refs/heads`); none: all.
 * @throws REF_INVALID
 */
export const forEachRef = (prefixes: readonly string[] = []): GitCommand<Map<string, string>> => ({
  args: [
    'for-each-ref',
    '--format=%(objectname) %(refname)',
    '--end-of-options',
    ...prefixes.map((prefix) => requireFullRef(prefix.replace(/\/$/, ''))),
  ],
  parse: ({ stdout }) => parseRefList(stdout, ' '),
})
