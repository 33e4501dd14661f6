import fc from 'fast-check'
import { checkedOutBranches } from '../../../packages/core/src/git/commands/checked-out-branches.ts'
import {
  type ConfigEntry,
  configEntries,
} from '../../../packages/core/src/git/local/commands/config-entries.ts'
import {
  type DescribedTag,
  describeTags,
} from '../../../packages/core/src/git/local/commands/describe-tags.ts'
import { type StatusEntry, status } from '../../../packages/core/src/git/local/commands/status.ts'
import { filteredFiles } from '../../../packages/core/src/git/local/commands/trees.ts'
import { problemWithConfig } from '../../../packages/core/src/git/local/local-config.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same, verdict } from '../promises.ts'
import { oid, parsedBy } from './git-fixtures.ts'

const bytes = (texts: readonly string[]) => texts.map((text) => Buffer.from(text))

type ConfigParser = (stdout: Buffer) => readonly ConfigEntry[]

const config = fuzzTarget<Buffer, ConfigParser>({
  name: 'the listing of a config',
  inputs: bytesNear(
    bytes([
      'core.bare\0remote.origin.url\nhttps://h.example/x\0remote.origin.fetch\n+refs/heads/*:refs/remotes/origin/*\0',
      'branch.a\nb.merge\nrefs/heads/a\0alias.x\n!sh -c "a\nb"\0',
      '',
    ]),
    bytes(['\0', '\n', 'core.', 'remote.a.url', '=']),
  ),
  parser: parsedBy(configEntries('/x')),
  check(parse, stdout) {
    const entries = parse(stdout)
    const given = stdout.toString('utf8').split('\0').filter(Boolean)
    // the only loss: a key without a value is "true"
    const written = entries.map(({ key, value }, index) => (given[index] === key ? key : `${key}\n${value}`))
    same(written, given, 'every entry, whole')
    promise(
      entries.every(({ key }) => !key.includes('\n')),
      'a key is what stands before the first line feed',
    )
    return verdict(entries.length > 0)
  },
  long: () => repeated(['a\0', '\n', 'core.bare\0', 'a']).map((text) => Buffer.from(text)),
  broken: {
    'ends a value at its line feed': (stdout) =>
      stdout
        .toString()
        .split('\0')
        .filter(Boolean)
        .map((entry) => ({ key: entry.split('\n')[0]!, value: entry.split('\n')[1] ?? 'true' })),
    'reads lines': (stdout) =>
      stdout
        .toString()
        .split('\n')
        .filter(Boolean)
        .map((line) => ({ key: line, value: 'true' })),
  },
})

const keys = [
  'include.path',
  'includeIf.gitdir:/x.path',
  'hook.x.command',
  'extensions.partialclone',
  'extensions.objectformat',
  'remote.a.promisor',
  'core.bare',
]
type ConfigRule = (entry: ConfigEntry) => Promise<boolean>
const places = { git_dir: '/nowhere/.git', common_dir: '/nowhere/.git', path: '/nowhere' }
const isRefused: ConfigRule = async (entry) =>
  (await problemWithConfig({ common: [entry], worktree: [] }, places)) !== undefined

/** git writes sections and variables in small letters; what stands between them is as it was written. */
const vetted = fuzzTarget<ConfigEntry, ConfigRule>({
  name: 'settings that forbid a checkout',
  inputs: fc.record({
    key: textNear(
      keys.map((key) => key.replace('If', 'if')),
      ['.', 'include', 'hook.', 'remote.', '\n'],
    ),
    value: textNear(['true', 'false', '/x']),
  }),
  parser: isRefused,
  async check(refuses, { key, value }) {
    const [section = ''] = key.split('.')
    const mayStart =
      (key.includes('.') && ['include', 'includeif', 'hook'].includes(section)) ||
      key === 'extensions.partialclone'
    const refused = await refuses({ key, value })
    promise(!mayStart || refused, `${JSON.stringify(key)} starts or reads something`)
    return verdict(refused)
  },
  broken: {
    'overlooks hooks': async (entry) => !entry.key.startsWith('hook.') && isRefused(entry),
    'overlooks what is included on a condition': async (entry) =>
      !entry.key.startsWith('includeif.') && isRefused(entry),
  },
})

type StatusParser = (stdout: Buffer) => readonly StatusEntry[]
const statusOf = parsedBy(status([]))

const changed = fuzzTarget<Buffer, StatusParser>({
  name: 'status --porcelain -z',
  inputs: bytesNear(
    bytes([' M a.txt\0MM b c\0', 'UU é\0', ' D x\ny\0', '']),
    bytes(['\0', ' M ', 'A  ', 'R  ']),
  ),
  parser: statusOf,
  check(parse, stdout) {
    const entries = answerOf(() => parse(stdout), 'GIT_FAILED')
    if (entries === undefined) return 'refused'
    const written = entries.map(({ index, path, worktree }) => `${index}${worktree} ${path}`)
    same(written, stdout.toString('utf8').split('\0').filter(Boolean), 'every record, whole')
    return 'accepted'
  },
  long: () => repeated(['M', ' ', 'M  a\0', '\n']).map((text) => Buffer.from(text)),
  broken: {
    'passes over what it does not know': (stdout) => {
      const known = stdout
        .toString()
        .split('\0')
        .filter((record) => /^[ M]{2} ./.test(record))
      return statusOf(Buffer.from(known.join('\0')))
    },
    'reads lines': (stdout) => statusOf(Buffer.from(stdout.toString().replaceAll('\n', '\0'))),
  },
})

type TagParser = (stdout: Buffer) => readonly DescribedTag[]
const tagsOf = parsedBy(describeTags(['refs/tags/v1']))
const annotated = ['refs/tags/v1', oid, 'tag', oid, 'commit', '1700000000', 'a message\nof lines\n'].join(
  '\0',
)
const light = ['refs/tags/v1', oid, 'commit', '', '', '', ''].join('\0')

const tags = fuzzTarget<Buffer, TagParser>({
  name: 'the description of tags',
  inputs: bytesNear(
    bytes([`${annotated}\0\n`, `${light}\0\n`, `${annotated}\0\n${light}\0\n`]),
    bytes(['\0', '\n', 'tag', 'refs/tags/v1']),
  ),
  parser: tagsOf,
  check(parse, stdout) {
    const found = parse(stdout)
    for (const { isAnnotated, message, ref, taggedAt, target } of found) {
      same(ref, 'refs/tags/v1', 'a tag that was asked for')
      promise(
        isAnnotated === (target !== null) && isAnnotated === (message !== null),
        'a light tag has no object',
      )
      promise(taggedAt === null || typeof taggedAt === 'number', 'a time is a number')
      promise(message === null || stdout.toString('utf8').includes(message), 'a message as it was printed')
    }
    return verdict(found.length > 0)
  },
  long: () => repeated(['\0', 'a', `${light}\0\n`]).map((text) => Buffer.from(text)),
  broken: {
    'takes what was not asked for': (stdout) => [
      ...tagsOf(stdout),
      { ...tagsOf(Buffer.from(`${light}\0`))[0]!, ref: 'refs/tags/v1/x' },
    ],
    'takes a commit’s message for a tag’s': (stdout) =>
      tagsOf(stdout).map((tag) => ({ ...tag, message: tag.message ?? '' })),
  },
})

type PathsParser = (stdout: Buffer) => readonly { readonly path: string; readonly filter: string }[]
const filtered = parsedBy(filteredFiles([]))

const attributes = fuzzTarget<Buffer, PathsParser>({
  name: 'check-attr -z',
  inputs: bytesNear(
    bytes(['a.bin\0filter\0lfs\0b\0filter\0unspecified\0', 'a\nb\0filter\0set\0', '']),
    bytes(['\0', 'lfs', 'filter']),
  ),
  parser: filtered,
  check(parse, stdout) {
    const found = parse(stdout)
    const fields = stdout.toString('utf8').split('\0')
    for (const { filter, path } of found) {
      promise(!['unspecified', 'unset', 'set'].includes(filter), 'a filter has a name')
      promise(
        fields.some((field, index) => index % 3 === 0 && field === path && fields[index + 2] === filter),
        'a file beside its filter',
      )
    }
    return verdict(found.length > 0)
  },
  long: () => repeated(['\0', 'a', 'a\0filter\0lfs\0']).map((text) => Buffer.from(text)),
  broken: {
    'takes "unspecified" for a filter': (stdout) => {
      const [path = '', , filter = ''] = stdout.toString().split('\0')
      return [{ path, filter }]
    },
    'mixes the fields up': (stdout) => filtered(Buffer.concat([Buffer.from('x\0'), stdout])),
  },
})

type WorktreeParser = (stdout: Buffer) => { readonly branches: ReadonlySet<string>; readonly isBare: boolean }
const worktreesOf = parsedBy(checkedOutBranches())

const worktrees = fuzzTarget<Buffer, WorktreeParser>({
  name: 'worktree list -z',
  inputs: bytesNear(
    bytes([
      `worktree /x\0HEAD ${oid}\0branch refs/heads/main\0\0worktree /y\0HEAD ${oid}\0detached\0\0`,
      'worktree /x\0bare\0\0',
      '',
    ]),
    bytes(['\0', 'branch ', 'bare', 'refs/heads/a']),
  ),
  parser: worktreesOf,
  check(parse, stdout) {
    const { branches, isBare } = parse(stdout)
    const fields = stdout.toString('utf8').split('\0')
    same(
      [...branches],
      [...new Set(fields.flatMap((field) => /^branch (.*)$/s.exec(field)?.[1] ?? []))],
      'every branch',
    )
    promise(!isBare || fields.includes('bare'), 'what is bare was said to be')
    return verdict(branches.size > 0)
  },
  long: () => repeated(['\0', 'branch a\0', 'a']).map((text) => Buffer.from(text)),
  broken: {
    'reads the first worktree alone': (stdout) =>
      worktreesOf(Buffer.from(stdout.toString().split('\0\0')[0]!)),
    'takes short names': (stdout) => {
      const { branches, isBare } = worktreesOf(stdout)
      return { isBare, branches: new Set([...branches].map((name) => name.replace('refs/heads/', ''))) }
    },
  },
})

export const gitConfigTargets: readonly AnyFuzzTarget[] = [
  config,
  vetted,
  changed,
  tags,
  attributes,
  worktrees,
]
