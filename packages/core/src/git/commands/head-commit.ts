import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'

export interface HeadCommit {
  readonly oid: string
  /** Its committer's date, RFC 3339 in UTC. */
  readonly date: string
}

/** The commit that HEAD stands on. @throws GIT_FAILED when there is none yet */
export const headCommit = (): GitCommand<HeadCommit> => ({
  args: ['log', '-1', '--no-show-signature', '--format=%H %cI', '--end-of-options', 'HEAD', '--'],
  parse({ stdout }) {
    const match = /^([0-9a-f]{40,64}) (\S+)$/.exec(stdout.toString('latin1').trim())
    const date = new Date(match?.[2] ?? '')
    if (!match || Number.isNaN(date.getTime())) {
      throw new GitferryError('GIT_FAILED', 'git log printed no commit and date.')
    }
    return { oid: match[1]!, date: date.toISOString() }
  },
})
