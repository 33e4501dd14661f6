import type { GitCommand } from '../command.ts'

/** Stores bytes as a blob, as they are (no filter, no change of line ends), and answers its oid. */
export const hashObject = (content: Uint8Array): GitCommand<string> => ({
  args: ['hash-object', '-w', '--no-filters', '--stdin'],
  stdin: content,
  parse: ({ stdout }) => stdout.toString('latin1').trimEnd(),
})
