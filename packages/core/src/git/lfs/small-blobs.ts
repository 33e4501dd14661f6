import { GitferryError } from '../../errors/index.ts'
import type { GitCommand } from '../command.ts'
import { isOid, requireOid } from '../full-ref.ts'
import { longestPointer } from './pointer.ts'

/** A stretch of history: everything that `tips` lead to and `known` do not. */
export interface HistoryRange {
  readonly tips: readonly string[]
  /** Oids that need not be there. */
  readonly known: readonly string[]
}

/** Lists the blobs of a stretch of history that are small enough to be pointers. @throws INVALID_INPUT */
export const smallBlobs = ({ tips, known }: HistoryRange): GitCommand<string[]> => ({
  args: [
    'rev-list',
    '--objects',
    '--no-object-names',
    '--ignore-missing',
    `--filter=combine:blob:limit=${longestPointer}+object:type=blob`,
    '--stdin',
  ],
  stdin: [...tips.map(requireOid), ...known.map((oid) => `^${requireOid(oid)}`), ''].join('\n'),
  exactOutput: true,
  // a tip is listed whatever it is
  parse: ({ stdout }) => stdout.toString('latin1').split('\n').filter(isOid),
})

/**
 * Lists every blob of the repository that is small enough to be a pointer, whatever leads to it; `undefined`: there is
 * one that cannot be read. Walks no history, so it takes less than half of the time that `smallBlobs` takes for all of it.
 */
export const everySmallBlob = (): GitCommand<string[] | undefined> => ({
  args: [
    'cat-file',
    '--batch-all-objects',
    '--unordered',
    '--buffer',
    '--batch-check=%(objecttype) %(objectsize) %(objectname)',
  ],
  exactOutput: true,
  parse({ stdout }) {
    const text = stdout.toString('latin1')
    if (text.includes(' missing\n')) return undefined
    const blobs = [...text.matchAll(/^blob (\d{1,4}) ([0-9a-f]+)$/gm)]
    return blobs.flatMap(([, size, oid]) => (Number(size) < longestPointer && oid ? [oid] : []))
  },
})

/** Reads objects: those among them that are blobs, as they are. What is gone, or no blob, is passed over. @throws GIT_FAILED */
export const blobContents = (oids: readonly string[]): GitCommand<Buffer[]> => ({
  args: ['cat-file', '--batch', '--buffer'],
  stdin: oids.map((oid) => `${requireOid(oid)}\n`).join(''),
  exactOutput: true,
  parse({ stdout }) {
    const found: Buffer[] = []
    for (let at = 0; at < stdout.length; ) {
      const end = stdout.indexOf('\n', at)
      if (end === -1) throw notWhole()
      const [, type, size] = stdout.subarray(at, end).toString('latin1').split(' ')
      at = end + 1
      // "<oid> missing" has no content
      if (size === undefined) continue
      const next = at + Number(size)
      if (!/^\d+$/.test(size) || next >= stdout.length) throw notWhole()
      if (type === 'blob') found.push(stdout.subarray(at, next))
      at = next + 1
    }
    return found
  },
})

const notWhole = () => new GitferryError('GIT_FAILED', 'git cat-file printed half an object.')
