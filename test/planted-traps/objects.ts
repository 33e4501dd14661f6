import { execFileSync } from 'node:child_process'

export type TreeEntry = readonly [mode: string, name: string, oid: string]

const git = (cwd: string, input: Buffer, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
    cwd,
    input,
    // a test may have planted something in our own environment
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' },
  })
    .toString()
    .trim()

/** Stores a file. Answers its oid. */
export const blobObject = (cwd: string, text: string): string =>
  git(cwd, Buffer.from(text), 'hash-object', '-w', '--stdin')

/** Stores a tree as a server may send it, whatever git itself would refuse to write. Answers its oid. */
export function treeObject(cwd: string, entries: readonly TreeEntry[]): string {
  const parts = entries.map(([mode, name, oid]) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
  )
  return git(cwd, Buffer.concat(parts), 'hash-object', '-t', 'tree', '-w', '--literally', '--stdin')
}

/** Stores a commit of that tree. Answers its oid. */
export const commitObject = (cwd: string, tree: string, parent: string): string =>
  git(cwd, Buffer.from('of a trap\n'), 'commit-tree', '-p', parent, tree)
