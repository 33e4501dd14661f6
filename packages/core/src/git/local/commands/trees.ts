import type { GitCommand } from '../../command.ts'

const paths = ({ stdout }: { readonly stdout: Buffer }): readonly string[] =>
  stdout
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '')

/** Answers the paths in which two commits differ. Compares object names only, so nothing is filtered or shown. */
export const changedPaths = (from: string, to: string): GitCommand<readonly string[]> => ({
  args: ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--end-of-options', from, to],
  parse: paths,
})

/** Answers every path of a commit. */
export const allPaths = (commit: string): GitCommand<readonly string[]> => ({
  args: ['ls-tree', '-r', '-z', '--name-only', '--full-tree', '--end-of-options', commit],
  parse: paths,
})

/** Reads a commit's tree into an index file of its own, beside the repository's. */
export const readTree = (commit: string, indexFile: string): GitCommand<void> => ({
  args: ['read-tree', '--no-recurse-submodules', commit],
  env: { GIT_INDEX_FILE: indexFile },
  parse: () => {},
})

/** A file that an attribute sends through a filter. */
export interface FilteredFile {
  readonly path: string
  /** The filter driver's name: `lfs`. */
  readonly filter: string
}

/**
 * Answers which of `files` have a filter: by the `.gitattributes` of the worktree, or, with `indexFile`, by those
 * in that index. `info/attributes` and `core.attributesFile` count in both.
 */
export const filteredFiles = (
  files: readonly string[],
  indexFile?: string,
): GitCommand<readonly FilteredFile[]> => ({
  args: ['check-attr', '--stdin', '-z', ...(indexFile === undefined ? [] : ['--cached']), 'filter'],
  ...(indexFile !== undefined && { env: { GIT_INDEX_FILE: indexFile } }),
  profile: 'worktree',
  stdin: files.map((file) => `${file}\0`).join(''),
  parse({ stdout }) {
    const fields = stdout.toString('utf8').split('\0')
    const found: FilteredFile[] = []
    for (let index = 0; index + 2 < fields.length; index += 3) {
      const [path = '', , filter = ''] = fields.slice(index, index + 3)
      if (!['unspecified', 'unset', 'set'].includes(filter)) found.push({ path, filter })
    }
    return found
  },
})
