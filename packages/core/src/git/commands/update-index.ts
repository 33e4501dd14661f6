import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'

/** What becomes of one path of an index. */
export interface IndexChange {
  readonly path: string
  /** `null`: the path goes. */
  readonly entry: { readonly mode: string; readonly oid: string } | null
}

export interface UpdateIndexInput {
  /** An index file of ours, not the repository’s. */
  readonly indexFile: string
  readonly changes: readonly IndexChange[]
  readonly objectFormat: 'sha1' | 'sha256'
}

/**
 * Changes an index. What goes, goes first, for git lets a new file take the place of a directory and of all in it without
 * a word. A path that no checkout could take (`.git`, a link called `.gitmodules`) it would pass over and go on.
 * @throws PATH_INVALID, GIT_FAILED
 */
export function updateIndex({ indexFile, changes, objectFormat }: UpdateIndexInput): GitCommand<void> {
  // git reads an oid here, too, and makes nothing of it
  const gone = `0 ${'0'.repeat(objectFormat === 'sha1' ? 40 : 64)}`
  const instruction = ({ path, entry }: IndexChange): string =>
    `${entry === null ? gone : `${entry.mode} ${requireOid(entry.oid)}`}\t${path}\0`
  return {
    args: ['update-index', '-z', '--index-info'],
    env: { GIT_INDEX_FILE: indexFile },
    stdin: [
      ...changes.filter(({ entry }) => entry === null),
      ...changes.filter(({ entry }) => entry !== null),
    ]
      .map(instruction)
      .join(''),
    parse({ stderr }) {
      const path = /^Ignoring path (.*)$/m.exec(stderr)?.[1]
      if (path === undefined) return
      throw new GitferryError(
        'PATH_INVALID',
        `git refuses the path ${JSON.stringify(path)}: no checkout could take it.`,
      )
    },
  }
}
