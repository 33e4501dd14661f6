import { GitferryError } from '../../../errors/index.ts'
import type { GitCommand } from '../../command.ts'

export interface FoundObject {
  readonly oid: string
  /** `commit`, `tree`, `blob` or `tag`. */
  readonly type: string
}

/**
 * Finds objects by full object name, or with `^{}` after it what a tag leads to in the end; one answer for each
 * name, `null` where there is no such object. A shortened name finds an object of a longer one.
 */
export const findObjects = (names: readonly string[]): GitCommand<readonly (FoundObject | null)[]> => ({
  args: ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
  stdin: names.map((name) => `${name}\n`).join(''),
  parse({ stdout }) {
    const lines = stdout.toString('latin1').split('\n').slice(0, -1)
    if (lines.length !== names.length)
      throw new GitferryError('GIT_FAILED', 'git cat-file left an object out.')
    return lines.map((line) => {
      const [oid = '', type = ''] = line.split(' ')
      return ['commit', 'tree', 'blob', 'tag'].includes(type) ? { oid, type } : null
    })
  },
})

/**
 * Writes a tag object and answers its name. git reads it for what it must hold. Not `git mktag`: that reads
 * `fsck.*` from the repository's config, which can name files to be opened.
 */
export const writeTagObject = (text: string): GitCommand<string> => ({
  args: ['hash-object', '-t', 'tag', '-w', '--stdin'],
  stdin: text,
  parse: ({ stdout }) => stdout.toString('latin1').trimEnd(),
})
