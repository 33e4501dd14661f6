import { changedLines } from '../../../packages/core/src/git/commands/changed-lines.ts'
import { treeFiles } from '../../../packages/core/src/git/commands/tree-files.ts'
import { type ListedEntry, parseTreeEntries } from '../../../packages/core/src/git/parsers/tree-entries.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, repeated } from '../inputs.ts'
import { answerOf, promise, same } from '../promises.ts'
import { longOid, oid, otherOid, parsedBy } from './git-fixtures.ts'

/** Texts as git prints them. */
export const bytes = (...texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text))
/** What such listings are made of. */
export const pieces = bytes(
  oid,
  longOid,
  '\0',
  '\0\0',
  '\n',
  ' ',
  '\t',
  ':',
  '-',
  '1',
  'A',
  'R100',
  'a/b',
  'é',
)
const entries = (text: string): Buffer => Buffer.from(text.replaceAll('\n', '\0'))

type TreeParser = (stdout: Buffer) => readonly ListedEntry[]

const tree = fuzzTarget<Buffer, TreeParser>({
  name: 'ls-tree --long',
  inputs: bytesNear(
    [
      entries(`100644 blob ${oid}      12\ta\tfile\n040000 tree ${otherOid}       -\tsrc/é\n`),
      entries(`160000 commit ${longOid}       -\tsub\n120000 blob ${oid} BAD\tlink\n`),
      Buffer.alloc(0),
    ],
    pieces,
  ),
  parser: parseTreeEntries,
  check(parse, stdout) {
    const found = answerOf(() => parse(stdout), 'GIT_FAILED')
    if (found === undefined) return 'refused'
    // written once more, they are what was printed
    const text = stdout.toString('latin1')
    const lines = text.split('\0').slice(0, -1)
    same(found.length, lines.length, 'an entry a line')
    for (const [index, { mode, name, oid: object, size, type }] of found.entries()) {
      const [head = '', ...rest] = lines[index]!.split('\t')
      const [wantedMode, wantedType, wantedOid, ...sizes] = head.split(/ +/)
      same([mode, type, object, name], [wantedMode, wantedType, wantedOid, rest.join('\t')], 'an entry')
      same(size === null ? '-' : size, /^\d/.test(sizes[0]!) ? Number(sizes[0]) : '-', 'a size')
      promise(/^\d{6}$/.test(mode) && /^[0-9a-f]{40,64}$/.test(object), 'an entry has a mode and an oid')
    }
    return 'accepted'
  },
  long: () => repeated(['100644 ', ' ', '\0', `100644 blob ${oid} `]).map((text) => Buffer.from(text)),
  broken: {
    'ends a name at a tab': (stdout) =>
      parseTreeEntries(stdout).map((entry) => ({ ...entry, name: entry.name.split('\t')[0]! })),
    'passes over a line that is none': (stdout) =>
      stdout
        .toString('latin1')
        .split('\0')
        .flatMap(
          (line) => answerOf(() => parseTreeEntries(Buffer.from(`${line}\0`, 'latin1')), 'GIT_FAILED') ?? [],
        ),
    'reads names as UTF-8': (stdout) =>
      parseTreeEntries(stdout).map((entry) => ({
        ...entry,
        name: Buffer.from(entry.name, 'latin1').toString(),
      })),
  },
})

type FilesParser = (stdout: Buffer) => readonly { readonly path: string; readonly oid: string }[]
const filesOf = parsedBy(treeFiles(oid, (path) => !path.startsWith('src/')))

const files = fuzzTarget<Buffer, FilesParser>({
  name: 'ls-tree -r',
  inputs: bytesNear(
    [entries(`100644 blob ${oid}\ta file\n100755 blob ${otherOid}\tsrc/b\n160000 commit ${oid}\té\n`)],
    [...pieces, ...bytes('src/', '\tsrc/')],
  ),
  parser: filesOf,
  check(parse, stdout) {
    const found = answerOf(() => parse(stdout), 'GIT_FAILED')
    if (found === undefined) return 'refused'
    const lines = stdout.toString('utf8').split('\0').slice(0, -1)
    const wanted = lines
      .map((line) => line.slice(line.indexOf('\t') + 1))
      .filter((path) => !path.startsWith('src/'))
    same(
      found.map(({ path }) => path),
      wanted,
      'the files that are wanted',
    )
    promise(stdout.length === 0 || stdout.at(-1) === 0, 'a line that is cut off is refused')
    return 'accepted'
  },
  long: () => repeated(['\t', '\0', 'a', '\t\0']).map((text) => Buffer.from(text)),
  broken: {
    'takes what is cut off': (stdout) => filesOf(Buffer.concat([stdout, Buffer.from('\t\0')])),
    'takes all of them': parsedBy(treeFiles(oid, () => true)),
  },
})

type LinesParser = (stdout: Buffer) => { readonly additions: number; readonly deletions: number }
const linesOf = parsedBy(changedLines(oid))

const lines = fuzzTarget<Buffer, LinesParser>({
  name: 'diff-tree --numstat',
  inputs: bytesNear(bytes('1\t2\ta\0', '-\t-\ta\x000\t7\t\0a\0b\x003\t0\tc\0', ''), pieces),
  parser: linesOf,
  check(parse, stdout) {
    const found = answerOf(() => parse(stdout), 'GIT_FAILED')
    if (found === undefined) return 'refused'
    const fields = stdout.toString().split('\0').slice(0, -1)
    const sums = { additions: 0, deletions: 0 }
    while (fields.length > 0) {
      const [added, deleted, ...path] = fields.shift()!.split('\t')
      // a path may hold tabs, too
      if (path.join('\t') === '') fields.splice(0, 2)
      sums.additions += Number(added) || 0
      sums.deletions += Number(deleted) || 0
    }
    same(found, sums, 'the lines of all files')
    return 'accepted'
  },
  long: () => repeated(['\t', '1\t1\ta\0', '\0', '1']).map((text) => Buffer.from(text)),
  broken: {
    'counts the paths of a move': (stdout) => {
      const found = linesOf(stdout)
      return { ...found, additions: found.additions + (stdout.includes('\t\0') ? 2 : 0) }
    },
    'passes over what is none': (stdout) =>
      answerOf(() => linesOf(stdout), 'GIT_FAILED') ?? { additions: 0, deletions: 0 },
  },
})

export const gitContentTargets: readonly AnyFuzzTarget[] = [tree, files, lines]
