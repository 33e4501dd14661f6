import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'

/**
 * Reads a blob as git reads a configuration file; nothing that it names is opened. `null`: it cannot be read as one.
 */
export const blobConfig = (
  oid: string,
): GitCommand<readonly (readonly [key: string, value: string])[] | null> => ({
  args: ['config', '--no-includes', `--blob=${requireOid(oid)}`, '--list', '-z'],
  exitCodes: [1, 128],
  parse({ exitCode, stdout }) {
    if (exitCode !== 0) return null
    return stdout
      .toString('utf8')
      .split('\0')
      .slice(0, -1)
      .map((entry) => {
        const end = entry.indexOf('\n')
        return end === -1 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)]
      })
  },
})
