import fc from 'fast-check'
import {
  applyActions,
  concernedBy,
  type FileAction,
  type FileChanges,
} from '../../../packages/core/src/git/content/apply-actions.ts'
import type { FileEntry } from '../../../packages/core/src/git/content/file-tree.ts'
import { problemWithWrittenPath } from '../../../packages/core/src/git/content/written-path.ts'
import { commitSteps } from '../../../packages/core/src/services/commit-steps.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same } from '../promises.ts'
import { oid } from './git-fixtures.ts'

type PathRule = (path: string) => string | undefined
const newPath: PathRule = (path) => problemWithWrittenPath(path, { isNew: true })

const paths = fuzzTarget<string, PathRule>({
  name: 'paths that a commit writes',
  inputs: textNear(
    ['docs/hello.txt', '-rf', 'a/.git/config', 'git~1', '.GIT', 'é/名', 'a/../b', '.g\u200cit/config'],
    ['/', '.git', '.GIT', 'git~1', '\\', '..', '.', ' ', ':', '\u200c', '\ufeff', '~1', 'a'],
  ),
  parser: newPath,
  check(problemWith, path) {
    const problem = problemWith(path)
    if (problem !== undefined) {
      promise(!problem.includes('\n') && problem.length < 100, 'a problem is one short line')
      return 'refused'
    }
    promise(path.isWellFormed() && !/[\p{Cc}:]/u.test(path), 'a path is text that every system has')
    for (const part of path.split(/[/\\]/)) {
      // what is left when a file system has passed over what it passes over
      const seen = part
        .replace(/\p{Cf}/gu, '')
        .replace(/[. ]+$/, '')
        .toLowerCase()
      promise(seen !== '.git' && seen !== 'git~1', 'no part is taken for .git')
    }
    promise(
      path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
      'it leads nowhere else',
    )
    return 'accepted'
  },
  long: () => repeated(['a/', '.git', '.', ' ', '\u200c', '\\', '../']),
  broken: {
    'knows .git in small letters alone': (path) =>
      /\.GIT/.test(path) && !path.includes(':') ? undefined : newPath(path),
    'looks at the beginning alone': (path) => newPath(path.split('/')[0] || 'a'),
    'does not see what HFS+ does not': (path) => newPath(path.replaceAll('\u200c', 'x')),
  },
})

const names = ['a', 'b', 'a/b', 'a/c', 'd/e/f', '__proto__', 'constructor/x']
const before: readonly (readonly [string, FileEntry])[] = [
  ['a', { mode: '100644', blob: oid }],
  ['d/e/f', { mode: '100755', blob: oid }],
  ['link', { mode: '120000', blob: oid }],
  ['sub', { mode: '160000', blob: oid }],
]
const anyPath = fc.constantFrom(...names, 'link', 'sub', 'd/e', 'd')
const actions: fc.Arbitrary<FileAction[]> = fc.array(
  fc.record({
    action: fc.constantFrom('create', 'update', 'delete', 'move', 'chmod'),
    path: anyPath,
    previous_path: fc.option(anyPath),
    content: fc.option(fc.uint8Array({ maxLength: 2 })),
    is_executable: fc.option(fc.boolean()),
  }),
  { minLength: 1, maxLength: 6 },
)

type Applier = (given: readonly FileAction[]) => FileChanges
const apply: Applier = (given) => {
  const isConcerned = concernedBy(given)
  return applyActions(
    before.filter(([path]) => isConcerned(path)),
    given,
  )
}

const steps = fuzzTarget<FileAction[], Applier>({
  name: 'the actions of a commit',
  inputs: actions,
  parser: apply,
  check(applied, given) {
    const changes = answerOf(() => applied(given), 'PATH_EXISTS', 'PATH_NOT_FOUND', 'INVALID_INPUT')
    if (changes === undefined) return 'refused'
    const after = new Map(before)
    for (const [path, entry] of changes) {
      promise(
        given.some((action) => action.path === path || action.previous_path === path),
        'what was named',
      )
      if (entry === null) {
        promise(after.has(path), 'what goes was there')
        after.delete(path)
      } else after.set(path, entry)
    }
    for (const [path, { mode }] of after) {
      promise(![...after.keys()].some((other) => other.startsWith(`${path}/`)), 'no file is a folder, too')
      promise(/^1(?:00644|00755|20000|60000)$/.test(mode), 'a mode that git knows')
    }
    const links = (files: Iterable<readonly [string, FileEntry]>) =>
      [...files].filter(([, { mode }]) => mode === '120000').length
    promise(links(after) <= links(before), 'no link is made')
    return 'accepted'
  },
  broken: {
    'lets a file stand where a folder is': (given) => {
      const changes = new Map(answerOf(() => apply(given), 'PATH_EXISTS', 'PATH_NOT_FOUND', 'INVALID_INPUT'))
      for (const { action, path } of given)
        if (action === 'create') changes.set(path, { mode: '100644', blob: oid })
      return changes
    },
    'takes away what is not there': (given) => {
      const changes = new Map(apply(given))
      for (const { action, path } of given) if (action === 'delete') changes.set(path, null)
      for (const path of names.slice(1, 4))
        if (given.some((one) => one.path === path)) changes.set(path, null)
      return changes
    },
    'makes a link of a file': (given) =>
      new Map([...apply(given)].map(([path, entry]) => [path, entry && { ...entry, mode: '120000' }])),
  },
})

interface Content {
  readonly content: string
  readonly encoding: 'text' | 'base64'
}
type ContentReader = (given: Content) => Uint8Array
const decoded: ContentReader = (given) =>
  commitSteps([{ action: 'create', path: 'a', ...given }])[0]!.content!

const contents = fuzzTarget<Content, ContentReader>({
  name: 'the content of a file in a commit',
  inputs: fc.record({
    content: textNear(
      ['aGVsbG8K', '\ud841\udc41', 'aGVsbG8', 'AAEC\nAwQF', 'größer\n', '===='],
      ['=', '\n', ' ', 'A', '-', '_'],
    ),
    encoding: fc.constantFrom('text', 'base64'),
  }),
  parser: decoded,
  check(read, given) {
    const found = answerOf(() => read(given), 'INVALID_INPUT', 'CONTENT_TOO_LARGE')
    if (found === undefined) return 'refused'
    const text =
      given.encoding === 'text' ? Buffer.from(found).toString() : Buffer.from(found).toString('base64')
    const said = given.encoding === 'text' ? given.content : given.content.replace(/\s+/g, '')
    // of the last digit, bits that mean nothing may be set; the padding may be missing, and both alphabets are read
    const plain = (digits: string): string =>
      digits.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')
    if (given.encoding === 'text') same(text, said, 'text is kept')
    else same(plain(text).slice(0, -1), plain(said).slice(0, -1), 'nothing of it is passed over')
    return 'accepted'
  },
  long: () => repeated(['A', '=', ' ', '\n']).map((content) => ({ content, encoding: 'base64' as const })),
  broken: {
    'passes over what is no digit': ({ content, encoding }) =>
      Buffer.from(content, encoding === 'text' ? 'utf8' : 'base64'),
    'takes a lone surrogate': ({ content, encoding }) =>
      encoding === 'text' ? Buffer.from(content) : decoded({ content, encoding }),
  },
})

export const commitActionTargets: readonly AnyFuzzTarget[] = [paths, steps, contents]
