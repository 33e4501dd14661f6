import type { GitCommand } from '../command.ts'

/** A branch or a tag, and when the commit was made that it is at. */
export interface RefTip {
  /** Full name. */
  readonly ref: string
  readonly oid: string
  /** The committer’s date in seconds since 1970, as git prints it; '' of what is no commit. */
  readonly committedAt: string
}

/** Lists all branches and tags. */
export const refTips = (): GitCommand<readonly RefTip[]> => ({
  args: [
    'for-each-ref',
    '--format=%(objectname) %(refname) %(committerdate:unix)',
    'refs/heads',
    'refs/tags',
  ],
  exactOutput: true,
  parse: ({ stdout }) =>
    stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [oid = '', ref = '', committedAt = ''] = line.split(' ')
        return { ref, oid, committedAt }
      }),
})
