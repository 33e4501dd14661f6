import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'

/** The bytes of a blob, as they are in git. */
export const readBlob = (oid: string): GitCommand<Buffer> => ({
  args: ['cat-file', 'blob', requireOid(oid)],
  exactOutput: true,
  parse: ({ stdout }) => stdout,
})
