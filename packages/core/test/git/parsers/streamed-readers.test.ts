import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countLines } from '../../../src/git/commands/count-lines.ts'
import { diffTrees } from '../../../src/git/commands/diff-trees.ts'
import { logCommits } from '../../../src/git/commands/log-commits.ts'
import { walkDirectory } from '../../../src/git/commands/walk-directory.ts'
import { CommitReader } from '../../../src/git/parsers/commit-records.ts'
import { DiffReader } from '../../../src/git/parsers/diff-files.ts'
import { DirectoryWalkReader, type WalkedCommit } from '../../../src/git/parsers/directory-walk.ts'
import { LineCountReader } from '../../../src/git/parsers/line-counts.ts'
import { ContentWorld } from '../content/content-world.ts'

let world: ContentWorld
beforeAll(() => {
  world = new ContentWorld()
})
afterAll(() => world[Symbol.dispose]())

/** The same bytes in one piece, and in pieces of so many. */
function* cut(bytes: Buffer): Iterable<Buffer[]> {
  for (const length of [bytes.length, 1, 2, 7, 41, 1_000]) {
    const pieces = []
    for (let at = 0; at < bytes.length; at += length) pieces.push(bytes.subarray(at, at + length))
    yield pieces
  }
}

/** What is read is the same, however the output of git comes. */
function expectSame<Told>(args: readonly string[], read: (pieces: readonly Buffer[]) => Told): Told {
  const [whole, ...others] = Array.from(cut(world.bytes(...args)), read)
  for (const other of others) expect(other).toEqual(whole)
  return whole!
}

describe('what is read as it comes is the same however it is cut:', () => {
  it.each(['streamed', 'ordered'] as const)('the history of a directory, %s', (order) => {
    const walked = expectSame(walkDirectory(world.oid('main'), 'dir', order).args, (pieces) => {
      const commits: WalkedCommit[] = []
      const reader = new DirectoryWalkReader({ directory: 'dir', onCommit: (commit) => commits.push(commit) })
      for (const piece of pieces) reader.push(piece)
      reader.end()
      return commits
    })
    const [second, side, first] = ['main~2', 'feature/x', 'main~2^'].map((name) => world.oid(name))
    const merge = walked.find(({ parents }) => parents.length === 2)
    expect(merge).toMatchObject({ oid: world.oid('main^'), parents: [second, side] })
    expect(merge?.changed).toEqual(new Map([[side, new Set(['inner', 'z'])]]))
    expect(walked.at(-1)).toEqual({
      oid: first,
      parents: [],
      changed: new Map([['', new Set(['inner', 'z'])]]),
    })
  })

  it('commits', () => {
    const range = { tip: world.oid('main') }
    const commits = expectSame(logCommits(range, { skip: 0, count: 100 }).args, (pieces) => {
      const reader = new CommitReader()
      for (const piece of pieces) reader.push(piece)
      return reader.take()
    })
    expect(commits).toHaveLength(5)
  })

  it('changed files', () => {
    const { files, total } = expectSame(
      diffTrees(world.oid('main'), world.oid('feature/x')).args,
      (pieces) => {
        const reader = new DiffReader({ most: 3 })
        for (const piece of pieces) reader.push(piece)
        return reader.end()
      },
    )
    expect([files.length, total > 3]).toEqual([3, true])
  })

  it('lines', () => {
    const sum = expectSame(countLines(world.oid('feature/x')).args, (pieces) => {
      const reader = new LineCountReader()
      for (const piece of pieces) reader.push(piece)
      return reader.sum
    })
    expect(sum).toBeGreaterThan(1_000)
  })
})

describe('what is not what git prints', () => {
  it.each(['commit', 'x', `commit ${'a'.repeat(40)} nonsense\n`])('is no history: %j', (text) => {
    const reader = new DirectoryWalkReader({ directory: '', onCommit() {} })
    expect(() => {
      reader.push(Buffer.from(`${text}\0`))
      reader.end()
    }).toThrow('a commit was expected')
  })

  it('is neither a change, nor a count, nor half a commit', () => {
    expect(() => new DiffReader({ most: 1 }).push(Buffer.from(':100644 100644 a b X\0'))).toThrow(
      'unknown kind',
    )
    expect(() => new DiffReader({ most: 1 }).push(Buffer.from('lines\0'))).toThrow('lines were expected')
    expect(() => new LineCountReader().push(Buffer.from('a:b\0x\n'))).toThrow('digit')
    const commits = new CommitReader()
    commits.push(Buffer.from('oid\0parents\0'))
    expect(() => commits.take()).toThrow('half a commit')
  })
})
