import { GitferryError } from '../../errors/index.ts'

/** One line of `git ls-tree -l -z`. */
export interface ListedEntry {
  /** Of the whole path, as it was asked for; bytes, one a character. */
  readonly name: string
  /** Six octal digits. */
  readonly mode: string
  /** `commit`: a submodule. */
  readonly type: 'blob' | 'tree' | 'commit'
  readonly oid: string
  /** Of a blob that is there; else `null`. */
  readonly size: number | null
}

const form = /^(\d{6}) (blob|tree|commit) ([0-9a-f]{40,64}) +(\d+|-|BAD)\t/

/** @throws GIT_FAILED */
export function parseTreeEntries(stdout: Buffer): ListedEntry[] {
  const lines = stdout.toString('latin1').split('\0').slice(0, -1)
  return lines.map((line) => {
    const match = form.exec(line)
    if (!match) throw new GitferryError('GIT_FAILED', 'git ls-tree printed no entry.')
    const [head, mode = '', type, oid = '', size] = match
    return {
      name: line.slice(head.length),
      mode,
      type: type as ListedEntry['type'],
      oid,
      size: /^\d/.test(size!) ? Number(size) : null,
    }
  })
}
