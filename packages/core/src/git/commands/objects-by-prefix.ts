import type { GitCommand } from '../command.ts'
import { isOid } from '../full-ref.ts'

/** Lists the oids that begin with some hexadecimal digits, in small letters, at least four. */
export const objectsByPrefix = (prefix: string): GitCommand<readonly string[]> => ({
  args: ['rev-parse', `--disambiguate=${prefix}`],
  exactOutput: true,
  parse: ({ stdout }) => stdout.toString('latin1').split('\n').filter(isOid),
})
