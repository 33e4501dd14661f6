import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorCode } from '@gitferry/core/errors'
import { isGitferryError } from '@gitferry/core/errors'
import { readCommonDir } from '../../../packages/core/src/git/local/common-dir.ts'
import { type Head, parseHead } from '../../../packages/core/src/git/local/head.ts'
import { locateGitDir } from '../../../packages/core/src/git/local/locate-git-dir.ts'
import { checkStructure } from '../../../packages/core/src/git/local/structure.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { bytesNear, repeated, textNear } from '../inputs.ts'
import { promise, same, verdict } from '../promises.ts'
import { inPlace, place } from './file-place.ts'
import { longOid, oid } from './git-fixtures.ts'

type HeadParser = (text: string) => Head | null | undefined

const head = fuzzTarget<string, HeadParser>({
  name: 'a HEAD file',
  inputs: textNear(
    [
      'ref: refs/heads/main\n',
      `${oid}\n`,
      longOid,
      'ref:refs/heads/é',
      'ref: refs/heads/.invalid\n',
      'ref: ../x\n',
    ],
    ['ref: ', 'refs/', 'refs/heads/', oid],
  ),
  parser: parseHead,
  check(parse, text) {
    const found = parse(text)
    if (found == null) return 'refused'
    const { branch, oid: commit, ref } = found
    promise((ref === null) !== (commit === null), 'a ref or a commit')
    promise(commit === null || /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit), 'a commit is an oid')
    promise(ref === null || (ref.startsWith('refs/') && !/\s/.test(ref)), 'a ref is one, and one word')
    promise((branch === null) === !ref?.startsWith('refs/heads/'), 'a branch is one of refs/heads')
    promise(text.includes(ref ?? commit ?? ''), 'what the file says')
    return 'accepted'
  },
  long: () => repeated([' ', 'ref: ', 'a', '\n', oid], { before: 'ref: refs/heads/' }),
  broken: {
    'takes any ref': (text) => {
      const ref = /^ref: (.*)/.exec(text)?.[1]
      return ref === undefined ? null : { branch: null, ref, oid: null }
    },
    'takes half an oid': (text) => ({ branch: null, ref: null, oid: text.slice(0, 39) }),
  },
})

async function refusedAs<Answer>(
  work: () => Promise<Answer>,
  ...codes: readonly ErrorCode[]
): Promise<Answer | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isGitferryError(error) && codes.includes(error.code)) return undefined
    throw error
  }
}

const files = [
  '$/inside/main',
  '../main',
  '$/outside',
  '$/inside/../outside',
  '../../outside',
  '$/inside/tree/../main',
].map((path) => Buffer.from(path))
const pathPieces = ['../', '/', './', '\n', '$/outside', '\\', '%2e%2e/'].map((text) => Buffer.from(text))

type GitfileReader = (content: Buffer) => Promise<string>
const readGitfile: GitfileReader = async (content) => {
  writeFileSync(join(place.root, 'tree/.git'), content)
  return (await locateGitDir(join(place.root, 'tree'), [place.root])).git_dir
}

const gitfile = fuzzTarget<Buffer, GitfileReader>({
  name: 'a .git file',
  inputs: bytesNear(
    files.map((path) => Buffer.concat([Buffer.from('gitdir: '), path, Buffer.from('\n')])),
    [Buffer.from('gitdir: '), ...pathPieces],
  ),
  parser: readGitfile,
  async check(read, content) {
    const found = await refusedAs(
      () => read(inPlace(content)),
      'NOT_A_REPOSITORY',
      'PATH_OUTSIDE_ROOTS',
      'PATH_INVALID',
    )
    if (found === undefined) return 'refused'
    promise(found === place.root || found.startsWith(`${place.root}/`), 'what it names lies under the roots')
    return 'accepted'
  },
  long: () =>
    repeated(['../', 'a', '/', '\n', './'], { before: 'gitdir: ' }).map((text) => Buffer.from(text)),
  broken: {
    'follows it anywhere': async (content) => {
      writeFileSync(join(place.root, 'tree/.git'), content)
      return (await locateGitDir(join(place.root, 'tree'), null)).git_dir
    },
    'says what the system says': async (content) => {
      if (content.includes(0)) throw new TypeError('The path holds a NUL.')
      return readGitfile(content)
    },
  },
})

type CommonDirReader = (content: Buffer) => Promise<string>
const readCommon: CommonDirReader = (content) => {
  writeFileSync(join(place.root, 'tree/commondir'), content)
  return readCommonDir(join(place.root, 'tree'))
}

const commonDir = fuzzTarget<Buffer, CommonDirReader>({
  name: 'a commondir file',
  inputs: bytesNear(files, pathPieces),
  parser: readCommon,
  async check(read, content) {
    const found = await refusedAs(() => read(inPlace(content)), 'NOT_A_REPOSITORY', 'PATH_INVALID')
    if (found === undefined) return 'refused'
    promise(
      found.startsWith('/') && !/\/\.\.?(?:\/|$)|\p{Cc}/u.test(found),
      'an absolute path without steps back',
    )
    return 'accepted'
  },
  long: () => repeated(['../', 'a', '/', '\n']).map((text) => Buffer.from(text)),
  broken: {
    'takes the text for the path': async (content) => content.toString(),
    'takes control characters': async (content) => join('/', content.toString()),
  },
})

type AlternatesReader = (content: Buffer) => Promise<true>
const checkAlternates: AlternatesReader = async (content) => {
  const main = join(place.root, 'main')
  writeFileSync(join(main, 'objects/info/alternates'), content)
  try {
    await checkStructure({ git_dir: main, common_dir: main }, [place.root])
  } finally {
    rmSync(join(main, 'objects/info/alternates'))
  }
  return true
}

const alternates = fuzzTarget<Buffer, AlternatesReader>({
  name: 'an alternates file',
  inputs: bytesNear(
    [
      '$/inside/tree\n',
      '$/outside/objects\n',
      '../../tree\n# a comment\n',
      '"$/outside"\n',
      '../../../outside/objects',
    ].map((text) => Buffer.from(text)),
    [...pathPieces, Buffer.from('"'), Buffer.from('#')],
  ),
  parser: checkAlternates,
  async check(read, content) {
    const given = inPlace(content)
    const isTaken = await refusedAs(
      () => read(given),
      'NOT_A_REPOSITORY',
      'PATH_OUTSIDE_ROOTS',
      'PATH_INVALID',
    )
    if (isTaken === undefined) return 'refused'
    const lines = given
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    for (const line of lines) {
      const path = line.startsWith('/') ? join(line) : join(place.root, 'main/objects', line)
      promise(
        path === place.root || path.startsWith(`${place.root}/`),
        'objects come from under the roots alone',
      )
      promise(!line.startsWith('"'), 'git would take it out of its quotes')
    }
    return 'accepted'
  },
  long: () => repeated(['../', '/', 'a', '\n']).map((text) => Buffer.from(text)),
  broken: {
    'looks at the first one alone': (content) =>
      checkAlternates(Buffer.from(content.toString('latin1').split('\n')[0]!, 'latin1')),
    'takes a relative path for one inside': async (content) =>
      content.toString('latin1').includes(place.path) ? checkAlternates(content) : true,
  },
})

type HeadCheck = (content: Buffer) => Promise<true>
const checkHead: HeadCheck = async (content) => {
  const main = join(place.root, 'main')
  writeFileSync(join(main, 'HEAD'), content)
  try {
    await checkStructure({ git_dir: main, common_dir: main }, [place.root])
  } finally {
    writeFileSync(join(main, 'HEAD'), 'ref: refs/heads/main\n')
  }
  return true
}

/** git takes the folder for a repository by this file; what it would pass over, another place could be taken for. */
const headFile = fuzzTarget<Buffer, HeadCheck>({
  name: 'a HEAD file that makes a repository',
  inputs: bytesNear(
    [
      'ref: refs/heads/main\n',
      `${oid}\n`,
      'ref:\trefs/x',
      'ref: x\n',
      'REF: refs/x',
      'AB'.repeat(20),
      '',
    ].map((text) => Buffer.from(text)),
    [Buffer.from('ref: ')],
  ),
  parser: checkHead,
  async check(read, content) {
    const isTaken = (await refusedAs(() => read(content), 'NOT_A_REPOSITORY')) === true
    const text = content.toString('latin1')
    const named =
      text.startsWith('ref:') &&
      text
        .slice(4)
        .replace(/^[ \t\r\n]+/, '')
        .startsWith('refs/')
    same(isTaken, named || /^[0-9a-fA-F]{40}/.test(text), 'by the rule of git (validate_headref)')
    return verdict(isTaken)
  },
  broken: {
    'takes any file': async () => true,
    'takes any symbolic ref': async (content) =>
      content.toString().startsWith('ref:') ? true : checkHead(content),
  },
})

export const repositoryFileTargets: readonly AnyFuzzTarget[] = [
  head,
  gitfile,
  commonDir,
  alternates,
  headFile,
]
