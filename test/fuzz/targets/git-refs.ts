import fc from 'fast-check'
import { forEachRef } from '../../../packages/core/src/git/commands/for-each-ref.ts'
import { lsRemote } from '../../../packages/core/src/git/commands/ls-remote.ts'
import { lsRemoteHead, type RemoteRefs } from '../../../packages/core/src/git/commands/ls-remote-head.ts'
import { type ListedRef, listRefs } from '../../../packages/core/src/git/local/commands/list-refs.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, repeated } from '../inputs.ts'
import { answerOf, promise, same, verdict } from '../promises.ts'
import { longOid, oid, otherOid, parsedBy } from './git-fixtures.ts'
import { isRefNameOfGit } from './git-ref-format.ts'

const listing = (separator: string, ...names: readonly string[]): Buffer =>
  Buffer.from(names.map((name, index) => `${index % 2 === 0 ? oid : otherOid}${separator}${name}\n`).join(''))
const names = [
  'HEAD',
  'refs/heads/main',
  'refs/heads/feature/é',
  'refs/tags/v1',
  'refs/tags/v1^{}',
  'refs/pull/7/head',
]
const pieces = [
  oid,
  longOid,
  '\t',
  ' ',
  'refs/heads/',
  'refs/tags/v1',
  '^{}',
  'HEAD',
  '..',
  '@{',
  '.lock',
  '//',
  '~',
  'ref: refs/heads/main\tHEAD\n',
].map((text) => Buffer.from(text))

const isOid = (text: string): boolean => [40, 64].includes(text.length) && !/[^0-9a-f]/.test(text)

/** The refs of a listing, read in another way; `undefined`: a line is none. */
function refsOf(output: Buffer, separator: string): Map<string, string> | undefined {
  const found = new Map<string, string>()
  for (const line of output.toString('utf8').split('\n')) {
    if (line === '') continue
    const [value = '', ...rest] = line.split(separator)
    if (rest.length === 0 || !isOid(value)) return undefined
    const name = rest.join(separator)
    if (name === 'HEAD' || (name.startsWith('refs/') && isRefNameOfGit(name))) found.set(name, value)
  }
  return found
}

type RefParser = (stdout: Buffer) => ReadonlyMap<string, string>

const remote = lsRemote({ url: 'ssh://h.example/x', protocol: 'ssh' })
const http = lsRemote({ url: 'https://h.example/x', protocol: 'https', heads: true })
const isBranch = ([name]: readonly [string, string]): boolean => name.startsWith('refs/heads/')

/** As git's ends do, without a check of the names. */
const unchecked =
  (separator: string): RefParser =>
  (stdout) =>
    new Map(
      stdout
        .toString()
        .split('\n')
        .filter(Boolean)
        .map((line) => [line.split(separator)[1] ?? '', line.split(separator)[0]!]),
    )

const listingTarget = (
  name: string,
  separator: '\t' | ' ',
  parser: RefParser,
  isWanted: (ref: readonly [string, string]) => boolean,
) =>
  fuzzTarget<Buffer, RefParser>({
    name,
    inputs: bytesNear(
      [listing(separator, ...names), listing(separator, 'refs/heads/main'), listing(separator)],
      pieces,
    ),
    parser,
    check(parse, stdout) {
      const refs = answerOf(() => parse(stdout), 'GIT_FAILED', 'GIT_REMOTE_NOT_FOUND')
      const expected = refsOf(stdout, separator)
      const wanted = expected && new Map([...expected].filter(isWanted))
      if (refs === undefined) promise(wanted === undefined || wanted.size === 0, 'a listing of refs is read')
      else same([...refs], [...(wanted ?? [])], 'the refs of the listing')
      return verdict(refs !== undefined)
    },
    long: () =>
      repeated([oid, 'refs/', '/', `${oid}${separator}refs/heads/a\n`, '.lock']).map((text) =>
        Buffer.from(text),
      ),
    broken: {
      'takes every name': unchecked(separator),
      'passes over a line that is none': (stdout) => {
        const lines = stdout
          .toString()
          .split('\n')
          .filter((line) => isOid(line.split(separator)[0]!))
        return parser(Buffer.from(lines.join('\n')))
      },
      'reads Latin-1': (stdout) => parser(Buffer.from(stdout.toString('latin1'))),
    },
  })

type HeadParser = (stdout: Buffer) => RemoteRefs

const symbolic = parsedBy(lsRemoteHead({ url: 'ssh://h.example/x', protocol: 'ssh' }))

const head = fuzzTarget<Buffer, HeadParser>({
  name: 'ls-remote --symref',
  inputs: bytesNear(
    [
      Buffer.concat([Buffer.from('ref: refs/heads/main\tHEAD\n'), listing('\t', ...names)]),
      Buffer.concat([Buffer.from('ref: refs/heads/a..b\tHEAD\n'), listing('\t', 'HEAD')]),
      listing('\t', 'HEAD', 'refs/heads/main'),
    ],
    pieces,
  ),
  parser: symbolic,
  check(parse, stdout) {
    const answer = answerOf(() => parse(stdout), 'GIT_FAILED')
    if (answer === undefined) return 'refused'
    const { head: named, refs } = answer
    promise(
      named === null || (named.startsWith('refs/heads/') && isRefNameOfGit(named)),
      'HEAD names a branch',
    )
    if (named !== null) promise(stdout.includes(`ref: ${named}\tHEAD`), 'what HEAD names was printed')
    promise(!refs.has('HEAD'), 'HEAD is no ref among the others')
    for (const [name, value] of refs) promise(isRefNameOfGit(name) && isOid(value), 'refs are refs')
    return verdict(named !== null)
  },
  long: () => repeated(['ref: ', 'ref: refs/heads/', '\t', 'HEAD']).map((text) => Buffer.from(text)),
  broken: {
    'takes any name for that of HEAD': (stdout) => ({
      refs: new Map(),
      head: /^ref: (.*)\tHEAD$/m.exec(stdout.toString())?.[1] ?? null,
    }),
    'leaves HEAD among the refs': (stdout) => {
      const { head: named, refs } = symbolic(stdout)
      return { head: named, refs: new Map(refs).set('HEAD', oid) }
    },
  },
})

interface Listed {
  readonly refs: readonly ListedRef[]
}
type ListParser = (stdout: Buffer) => readonly ListedRef[]

/** Names here come from the user's own repository, whose git has checked them: what counts is that all are read. */
const local = fuzzTarget<Listed, ListParser>({
  name: 'for-each-ref with what a ref points at',
  inputs: fc.record({
    refs: fc.array(
      fc.record(
        {
          ref: fc.constantFrom('refs/heads/a', 'refs/heads/é', 'refs/remotes/origin/HEAD', 'refs/heads/a/b'),
          oid: fc.constantFrom(oid, longOid),
          symref: fc.constantFrom(null, 'refs/remotes/origin/main'),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 6 },
    ),
  }),
  parser: parsedBy(listRefs(['refs/heads'])),
  check(parse, { refs }) {
    const text = refs.map(({ oid: value, ref, symref }) => `${value} ${ref} ${symref ?? ''}\n`).join('')
    same(parse(Buffer.from(text)), refs, 'what was printed is read')
    return verdict(refs.some(({ symref }) => symref !== null))
  },
  broken: {
    'takes no symbolic ref for an empty name': (stdout) =>
      parsedBy(listRefs([]))(stdout).map((ref) => ({ ...ref, symref: ref.symref ?? '' })),
    'leaves out the last line': (stdout) => parsedBy(listRefs([]))(stdout).slice(0, -1),
  },
})

export const gitRefTargets: readonly AnyFuzzTarget[] = [
  listingTarget('ls-remote', '\t', parsedBy(remote), ([name]) => name !== 'HEAD'),
  listingTarget('ls-remote --heads over http', '\t', parsedBy(http), isBranch),
  listingTarget('for-each-ref', ' ', parsedBy(forEachRef()), () => true),
  head,
  local,
]
