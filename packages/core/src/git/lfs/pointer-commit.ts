import type { GitCommand } from '../command.ts'
import type { LfsPointer } from './pointer.ts'

/** The one ref of a repository of pointers. */
export const pointerRef = 'refs/heads/pointers'

/**
 * Makes a commit that holds nothing but pointers, each in a file named by its oid. `git lfs fetch` asks for what the
 * tree of a commit names, so it fetches these and no others, and finds no `.lfsconfig` that could tell it where.
 */
export const commitPointers = (pointers: readonly LfsPointer[]): GitCommand<void> => ({
  args: ['fast-import', '--quiet'],
  stdin: [
    `commit ${pointerRef}`,
    'committer gitferry <gitferry@localhost> 0 +0000',
    'data 0',
    ...pointers.flatMap(({ oid, size }) => {
      const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`
      return [`M 100644 inline ${oid}`, `data ${text.length}`, text]
    }),
    '',
  ].join('\n'),
  parse() {},
})
