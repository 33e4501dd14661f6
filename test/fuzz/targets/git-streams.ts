import type { ChangedFile, Commit } from '../../../packages/core/src/contract/content.ts'
import { CommitReader } from '../../../packages/core/src/git/parsers/commit-records.ts'
import { DiffReader } from '../../../packages/core/src/git/parsers/diff-files.ts'
import {
  DirectoryWalkReader,
  type WalkedCommit,
} from '../../../packages/core/src/git/parsers/directory-walk.ts'
import { LineCountReader } from '../../../packages/core/src/git/parsers/line-counts.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, inPieces, piecesOf, repeated } from '../inputs.ts'
import { promise, same, verdict } from '../promises.ts'
import { bytes, pieces } from './git-content.ts'
import { longOid, oid, otherOid } from './git-fixtures.ts'

const long =
  (...texts: readonly string[]) =>
  () =>
    repeated(texts).map((text) => ({ whole: Buffer.from(text), size: 4_096 }))

/** What a reader made of the pieces; `undefined`: it threw an Error of its own, whose command then fails. */
function readOf<Answer>(read: () => Answer): Answer | undefined {
  try {
    return read()
  } catch (error) {
    if ((error as Error).constructor === Error) return undefined
    throw error
  }
}

interface InPieces {
  readonly whole: Buffer
  readonly size: number
}
type Reader<Answer> = (chunks: readonly Buffer[]) => Answer

/** A reader that is fed in pieces: however they are cut, it makes the same of them. */
function readerTarget<Answer>({
  name,
  samples,
  parser,
  check,
  broken,
  longs,
}: {
  readonly name: string
  readonly samples: readonly Buffer[]
  readonly parser: Reader<Answer>
  readonly check: (answer: Answer, whole: Buffer) => void
  readonly broken: Readonly<Record<string, Reader<Answer>>>
  readonly longs: readonly string[]
}): AnyFuzzTarget {
  return fuzzTarget<InPieces, Reader<Answer>>({
    name,
    inputs: inPieces(bytesNear(samples, pieces)),
    parser,
    check(read, { size, whole }) {
      const answer = readOf(() => read(piecesOf(whole, size)))
      same(
        answer,
        readOf(() => read([whole])),
        'however it is cut',
      )
      if (answer !== undefined) check(answer, whole)
      return verdict(answer !== undefined)
    },
    long: long(...longs),
    broken,
  })
}

const record = (...fields: readonly string[]): string => fields.join('\0')
const aCommit = record(oid, otherOid, 'Mia', 'mia@x.example', '0', 'Mia', 'mia@x.example', '1', 'A\n\nB\n')
const anEmptyOne = record(longOid, '', '', '', '99999999999999', '', '', '-1', '')
const readCommits: Reader<readonly Commit[]> = (chunks) => {
  const reader = new CommitReader()
  for (const chunk of chunks) reader.push(chunk)
  return reader.take()
}

const commits = readerTarget<readonly Commit[]>({
  name: 'log by a format of ours',
  samples: bytes(`${aCommit}\0`, `${aCommit}\0${anEmptyOne}\0`, aCommit, ''),
  parser: readCommits,
  check(found, whole) {
    const fields = whole.toString('latin1').split('\0')
    if (fields.at(-1) === '') fields.pop()
    same(found.length, Math.ceil(fields.length / 9), 'nine fields are a commit')
    for (const [index, commit] of found.entries()) {
      const at = (field: number): string => Buffer.from(fields[9 * index + field] ?? '', 'latin1').toString()
      same(
        [commit.oid, commit.author_name, commit.committer_email],
        [at(0), at(2), at(6)],
        'each in its place',
      )
      promise(
        at(8).startsWith(commit.message) && !commit.message.endsWith('\n'),
        'a message is what was said',
      )
      for (const time of [commit.authored_at, commit.committed_at]) {
        promise(time === null || /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time), 'a time is RFC 3339')
      }
    }
  },
  broken: {
    'passes over half a commit': (chunks) => readOf(() => readCommits(chunks)) ?? [],
    'cuts a letter in two': (chunks) => readCommits(chunks.map((chunk) => Buffer.from(chunk.toString()))),
    'hands a time on': (chunks) => readCommits(chunks).map((each) => ({ ...each, authored_at: 'some day' })),
  },
  longs: ['\0', 'a', 'a\0', `${oid} `],
})

const raw = (letter: string, ...paths: readonly string[]): string =>
  `:100644 100644 ${oid} ${otherOid} ${letter}\0${paths.join('\0')}\0`

interface Diff {
  readonly files: readonly ChangedFile[]
  readonly total: number
}
const diffOf =
  (most: number): Reader<Diff> =>
  (chunks) => {
    const reader = new DiffReader({ most })
    for (const chunk of chunks) reader.push(chunk)
    return reader.end()
  }

const diff = readerTarget<Diff>({
  name: 'diff-tree --raw --numstat',
  samples: bytes(
    `${raw('M', 'a')}1\t2\ta\0`,
    `${raw('R100', 'a', 'b')}${raw('D', 'c')}0\t0\t\0a\0b\0-\t-\tc\0`,
    `${raw('A', 'a')}${raw('T', 'b')}${raw('D', 'c')}1\t0\ta\0`,
    '',
  ),
  parser: diffOf(2),
  check({ files: changed, total }, whole) {
    promise(changed.length === Math.min(2, total), 'so many are kept, and all are counted')
    for (const { additions, deletions, is_binary, path, previous_path, status } of changed) {
      promise(/^(?:added|modified|deleted|renamed|type_changed)$/.test(status), 'a change has a word')
      promise((previous_path !== null) === (status === 'renamed'), 'what was moved was elsewhere before')
      promise(whole.toString().includes(path), 'a path was printed')
      for (const count of [additions, deletions]) {
        promise(count === null || (!is_binary && Number.isFinite(count) && count >= 0), 'lines are counted')
      }
    }
  },
  broken: {
    'keeps all': diffOf(1_000),
    'takes a move for a change': (chunks) => {
      const { files: changed, total } = diffOf(2)(chunks)
      return { files: changed.map((file) => ({ ...file, previous_path: file.path })), total }
    },
    'counts lines of a binary file': (chunks) => {
      const { files: changed, total } = diffOf(2)(chunks)
      return { files: changed.map((file) => ({ ...file, additions: Number.NaN })), total }
    },
  },
  longs: ['\0', ':', raw('M', 'a'), '1\t1\ta\0', 'a'],
})

const walked =
  (directory: string): Reader<readonly WalkedCommit[]> =>
  (chunks) => {
    const found: WalkedCommit[] = []
    const reader = new DirectoryWalkReader({ directory, onCommit: (commit) => found.push(commit) })
    for (const chunk of chunks) reader.push(chunk)
    reader.end()
    return found
  }
const shown = (head: string, ...changes: readonly string[]): string =>
  `commit ${head}\nAuthor: Mia\n\n    A\n${changes.map((change) => `\n${change}`).join('')}\0`

const walk = readerTarget<readonly WalkedCommit[]>({
  name: 'log --name-status of a directory',
  samples: bytes(
    shown(oid),
    `commit ${oid} ${otherOid}\nAuthor: A\n\n    A\n\nM\0src/a\0D\0src/b/c\0\0commit ${otherOid}\nAuthor: A\n\n    B\n\nA\0src/a\0`,
    `commit ${oid} ${otherOid} ${longOid} (from ${otherOid})\n\nM\0src/é\0\0commit ${oid} ${otherOid} ${longOid} (from ${longOid})\n\nD\0src\0`,
    '',
  ),
  parser: walked('src'),
  check(found, whole) {
    const text = whole.toString('latin1')
    for (const { changed, oid: commit, parents } of found) {
      promise(
        [commit, ...parents].every((one) => /^[0-9a-f]{40,64}$/.test(one)),
        'commits are oids',
      )
      promise(
        text.includes(`commit ${[commit, ...parents].join(' ')}`),
        'a commit stands beside its own parents',
      )
      for (const names of changed.values()) {
        for (const name of names) promise(!name.includes('/') && !name.includes('\0'), 'a child is one name')
      }
    }
  },
  broken: {
    'tells whole paths': (chunks) =>
      walked('')(chunks).map((commit) => ({
        ...commit,
        changed: new Map(
          [...commit.changed].map(([from, names]) => [from, new Set([...names].map((name) => `${name}/`))]),
        ),
      })),
    'mixes parents up': (chunks) =>
      walked('src')(chunks).map((commit) => ({ ...commit, parents: [commit.oid] })),
  },
  longs: ['\0', 'commit ', 'M\0', `commit ${oid}\n\0`, 'a'],
})

const counted: Reader<number> = (chunks) => {
  const reader = new LineCountReader()
  for (const chunk of chunks) reader.push(chunk)
  return reader.sum
}
const counts = readerTarget<number>({
  name: 'grep --count',
  samples: bytes(`${oid}:a\x0012\n${oid}:b\nc\x003\n`, `${oid}:a\x000\n`, ''),
  parser: counted,
  check(sum, whole) {
    let wanted = 0
    for (let rest = whole.toString('latin1'), at = rest.indexOf('\0'); at !== -1; at = rest.indexOf('\0')) {
      const end = rest.indexOf('\n', at)
      if (end === -1) break
      wanted += Number(rest.slice(at + 1, end))
      rest = rest.slice(end + 1)
    }
    same(sum, wanted, 'the sum of what was printed')
  },
  broken: {
    'looks for a number in a name': (chunks) =>
      [
        ...Buffer.concat([...chunks])
          .toString('latin1')
          .matchAll(/(\d+)\n/g),
      ].reduce((sum, [, n]) => sum + Number(n), 0),
    'counts files': (chunks) =>
      counted(chunks) && Buffer.concat([...chunks]).filter((byte) => byte === 0).length,
  },
  longs: ['\0', '\0a', 'a\x001\n', '1'],
})

/** What is read as it comes. */
export const gitStreamTargets: readonly AnyFuzzTarget[] = [commits, diff, walk, counts]
