import type { GitCommand } from '../../command.ts'

export interface ListedRef {
  /** Full name. */
  readonly ref: string
  /** Of what the ref points at, which need not be a commit. */
  readonly oid: string
  /** The full ref that a symbolic ref points at; `null` for any other. */
  readonly symref: string | null
}

/** Lists the refs under `prefixes` (`refs/heads`), by full name in git's order. A ref name holds no space. */
export const listRefs = (prefixes: readonly string[]): GitCommand<readonly ListedRef[]> => ({
  args: ['for-each-ref', '--format=%(objectname) %(refname) %(symref)', '--end-of-options', ...prefixes],
  parse: ({ stdout }) =>
    stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [oid = '', ref = '', symref = ''] = line.split(' ')
        return { ref, oid, symref: symref === '' ? null : symref }
      }),
})

/** Answers the full tracking ref that the local branch follows (`refs/remotes/origin/main`), or `null`. */
export const upstreamOf = (branch: string): GitCommand<string | null> => ({
  args: ['for-each-ref', '--format=%(refname) %(upstream)', '--end-of-options', `refs/heads/${branch}`],
  parse({ stdout }) {
    const line = stdout
      .toString('utf8')
      .split('\n')
      .find((found) => found.startsWith(`refs/heads/${branch} `))
    return line?.split(' ')[1] || null
  },
})
