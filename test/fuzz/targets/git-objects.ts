import fc from 'fast-check'
import { compareCommits } from '../../../packages/core/src/git/commands/compare-commits.ts'
import { headCommit } from '../../../packages/core/src/git/commands/head-commit.ts'
import { missingObjects } from '../../../packages/core/src/git/commands/missing-objects.ts'
import { newCommits } from '../../../packages/core/src/git/commands/new-commits.ts'
import { version } from '../../../packages/core/src/git/commands/version.ts'
import { blobContents } from '../../../packages/core/src/git/lfs/small-blobs.ts'
import { findObjects } from '../../../packages/core/src/git/local/commands/objects.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, repeated } from '../inputs.ts'
import { answerOf, promise, same } from '../promises.ts'
import { longOid, oid, otherOid, parsedBy } from './git-fixtures.ts'

interface Batch {
  /** What git would print for these, and then `tail`. */
  readonly blobs: readonly Buffer[]
  readonly tail: Buffer
}
type BatchParser = (stdout: Buffer) => readonly Buffer[]

const blobs = parsedBy(blobContents([]))
const entryOf = (content: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${oid} blob ${content.length}\n`), content, Buffer.from('\n')])

const batch = fuzzTarget<Batch, BatchParser>({
  name: 'cat-file --batch',
  inputs: fc.record({
    blobs: fc.array(bytesNear([Buffer.from('version 1\n'), Buffer.from(`${oid} blob 3\nabc\n`)]), {
      maxLength: 4,
    }),
    tail: fc.oneof(
      { weight: 2, arbitrary: fc.constant(Buffer.alloc(0)) },
      {
        weight: 1,
        arbitrary: bytesNear(
          [`${oid} missing\n`, `${oid} tree 2\nab\n`, `${oid} blob 5\nab`, `${oid} blob -9\n`, oid].map(
            (text) => Buffer.from(text),
          ),
        ),
      },
    ),
  }),
  parser: blobs,
  check(parse, { blobs: contents, tail }) {
    const whole = Buffer.concat([...contents.map(entryOf), tail])
    const found = answerOf(() => parse(whole), 'GIT_FAILED')
    if (found === undefined) {
      promise(tail.length > 0, 'what git prints is read')
      return 'refused'
    }
    same(found.slice(0, contents.length), contents, 'every blob, byte for byte')
    promise(found.reduce((sum, { length }) => sum + length, 0) <= whole.length, 'no more than was printed')
    return 'accepted'
  },
  long: () =>
    repeated([`${oid} missing\n`, `${oid} blob 0\n\n`, 'a', '\n', ' ']).map((text) => ({
      blobs: [],
      tail: Buffer.from(text),
    })),
  broken: {
    'takes a blob for text': (stdout) => blobs(Buffer.from(stdout.toString('utf8'))),
    'looks for an end of line in a blob': (stdout) =>
      stdout
        .toString('latin1')
        .split('\n')
        .filter((line) => line && !line.includes(' blob '))
        .map((line) => Buffer.from(line, 'latin1')),
    'takes half a blob': (stdout) => {
      try {
        return blobs(stdout)
      } catch {
        return [stdout, stdout]
      }
    },
  },
})

type LinesParser = (stdout: Buffer) => { readonly size: number } | readonly unknown[]

/** A command that answers lines of one form, or refuses the whole. */
const lines = (
  name: string,
  samples: readonly string[],
  parser: LinesParser,
  check: (found: ReturnType<LinesParser>, text: string) => void,
  broken: Readonly<Record<string, LinesParser>>,
): AnyFuzzTarget =>
  fuzzTarget<Buffer, LinesParser>({
    name,
    inputs: bytesNear(
      samples.map((text) => Buffer.from(text)),
      [' ', '\n', oid, longOid, ' missing\n', '\t'].map((text) => Buffer.from(text)),
    ),
    parser,
    check(parse, stdout) {
      const found = answerOf(() => parse(stdout), 'GIT_FAILED', 'GIT_MISSING')
      if (found === undefined) return 'refused'
      check(found, stdout.toString('latin1'))
      return 'accepted'
    },
    long: () => repeated([oid, ' ', '\n', 'a', '1', `${oid} `]).map((text) => Buffer.from(text)),
    broken,
  })

const asked = [oid, otherOid]

export const gitObjectTargets: readonly AnyFuzzTarget[] = [
  batch,
  lines(
    'rev-list --parents',
    [`${oid}\n`, `${oid} ${otherOid}\n${otherOid}\n`, `${longOid} ${longOid} ${longOid}\n`],
    parsedBy(newCommits({ tips: [], known: [] })),
    (found, text) => {
      for (const [commit, parents] of found as ReadonlyMap<string, readonly string[]>) {
        promise(
          [commit, ...parents].every((one) => /^[0-9a-f]{40,64}$/.test(one)),
          'commits are oids',
        )
        promise(text.includes([commit, ...parents].join(' ')), 'a commit stands beside its own parents')
      }
    },
    {
      'passes over a line that is none': (stdout) =>
        new Map(
          stdout
            .toString()
            .split('\n')
            .map((line) => [line.split(' ')[0], line.split(' ').slice(1)]),
        ),
      'mixes parents up': (stdout) =>
        new Map(
          [...parsedBy(newCommits({ tips: [], known: [] }))(stdout)].map(([each]) => [each, [each, each]]),
        ),
    },
  ),
  lines(
    'rev-list --count',
    ['0\t0\n', '12\t7\n', '3\t'],
    (stdout) => [parsedBy(compareCommits(oid, otherOid))(stdout)],
    (found, text) => {
      const [{ ahead, behind } = { ahead: -1, behind: -1 }] = found as readonly {
        ahead: number
        behind: number
      }[]
      // a count may come with zeros before it
      const counts = text.trim().split('\t').map(Number)
      same([ahead, behind], counts, 'both counts')
    },
    {
      'takes half of it': (stdout) => [{ ahead: Number.parseInt(stdout.toString(), 10), behind: 0 }],
      'reads them the other way round': (stdout) => {
        const [behind, ahead] = stdout.toString().split('\t').map(Number)
        return [{ ahead, behind }]
      },
    },
  ),
  lines(
    'log of HEAD',
    [`${oid} 2024-01-31T10:20:30+08:00\n`, `${longOid} 2024-01-31T10:20:30Z\n`, `${oid} never\n`],
    (stdout) => [parsedBy(headCommit())(stdout)],
    (found) => {
      const [{ date, oid: commit } = { date: '', oid: '' }] = found as readonly {
        date: string
        oid: string
      }[]
      promise(/^[0-9a-f]{40,64}$/.test(commit), 'a commit is an oid')
      promise(/^[+-]?\d{4,6}-\d\d-\d\dT[\d:.]+Z$/.test(date), 'a date is RFC 3339 in UTC')
    },
    {
      'hands the date on': (stdout) => [{ oid, date: stdout.toString().split(' ')[1] }],
      'takes any oid': (stdout) => [{ oid: stdout.toString().split(' ')[0], date: '2024-01-31T10:20:30Z' }],
    },
  ),
  lines(
    'git --version',
    ['git version 2.39.5\n', 'git version 2.50.1 (Apple Git-155)\n', 'git version 2.44.0.windows.1\n'],
    (stdout) => [parsedBy(version())(stdout)],
    (found) =>
      promise(/^\d+\.\d+(?:\.\d+)?$/.test(String(found as readonly unknown[])), 'a version is numbers'),
    {
      'takes any word': (stdout) => [stdout.toString().split(' ')[2]],
      'takes the whole line': (stdout) => [stdout.toString()],
    },
  ),
  lines(
    'cat-file --batch-check of what is missing',
    [
      `${oid}\n${otherOid} missing\n`,
      `${oid} missing\n${otherOid} missing\n`,
      `${oid}\n${otherOid}\n`,
      `${oid}\n`,
    ],
    parsedBy(missingObjects(asked)),
    (found, text) => {
      const all = text.split('\n').slice(0, -1)
      same(all.length, asked.length, 'one line for each')
      same((found as ReadonlySet<string>).size <= all.length, true, 'no more than was asked for')
      for (const one of found as ReadonlySet<string>)
        promise(all.includes(`${one} missing`), 'what is missing was said to be')
    },
    {
      'does not count the lines': (stdout) =>
        new Set(
          stdout
            .toString('latin1')
            .split('\n')
            .filter((line) => line.endsWith(' missing'))
            .map((line) => line.slice(0, -8)),
        ),
      'takes all for missing': () => new Set(['all']),
    },
  ),
  lines(
    'cat-file --batch-check with types',
    [`${oid} commit\n${otherOid} missing\n`, `${oid} tag\n${otherOid} blob\n`, `${oid} commit\n`],
    parsedBy(findObjects(asked)),
    (found, text) => {
      const objects = found as readonly ({ oid: string; type: string } | null)[]
      same(objects.length, asked.length, 'one answer for each')
      for (const [index, object] of objects.entries()) {
        if (object === null) continue
        promise(/^(?:commit|tree|blob|tag)$/.test(object.type), 'a type is one of four')
        promise(
          text.split('\n')[index]!.startsWith(`${object.oid} ${object.type}`),
          'each stands in its place',
        )
      }
    },
    {
      'takes "missing" for a type': (stdout) =>
        stdout
          .toString('latin1')
          .split('\n')
          .slice(0, 2)
          .map((line) => ({ oid: line.split(' ')[0], type: line.split(' ')[1] ?? '' })),
      'leaves out what is missing': (stdout) =>
        parsedBy(findObjects(asked))(stdout).filter((object) => object !== null),
    },
  ),
]
