import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { problemWithWrittenPath } from '../../../src/git/content/written-path.ts'

interface Vector {
  readonly field: string
  readonly value: string
  readonly expect: string
  readonly code: string
}

const vectors = (
  JSON.parse(readFileSync(new URL('../../fixtures/hostile-inputs.json', import.meta.url), 'utf8')) as Vector[]
).filter(({ field }) => field === 'file_path')

const problem = (path: string, isNew = true) => problemWithWrittenPath(path, { isNew })

describe('a path of a file in a commit', () => {
  it.each([
    'a',
    'src/main/File.java',
    '.gitignore',
    '.gitmodules',
    '.github/workflows/ci.yml',
    'a b/"c"/\'d\'',
    '-rf',
    'ünï/日本/👩‍🚀.txt',
    'a..b',
    '.../x',
    'git~10',
    'git~2',
    'x.git',
    '.gitx',
    'dev-disk-by\\x2dlabel.swap',
    `${'a'.repeat(255)}/b`,
  ])('may be %j', (path) => expect(problem(path)).toBeUndefined())

  it.each([
    '',
    '/a',
    'a/',
    'a//b',
    '.',
    './a',
    'a/../b',
    '..',
    'a\nb',
    'a\u0000b',
    'a\u007fb',
    '\ud800',
    'a\ufffdb',
    `${'é'.repeat(128)}`,
    'c:x',
    'a/b:c',
  ])('may not be %j', (path) => expect(problem(path)).toBeTypeOf('string'))

  it.each([
    '.git',
    '.GIT/config',
    'sub/.Git/hooks/x',
    'git~1/config',
    'GIT~1',
    '.git.',
    '.git ',
    '.git . ./x',
    'git~1 .',
    '.g\u200cit/config',
    '\ufeff.git',
    '.gi\u202et',
    '.git\\config',
    'a\\.git',
    'a\\git~1\\b',
  ])('may not be %j, which some file system takes for .git', (path) => {
    expect(problem(path)).toContain('.git')
    expect(problem(path, false)).toContain('.git')
  })

  it('that is there may hold a colon, and be changed or deleted', () => {
    expect(problem('.git::$INDEX_ALLOCATION/x', false)).toContain('.git')
    expect(problem('10:00.md', false)).toBeUndefined()
    expect(problem('10:00.md')).toContain('":"')
  })

  it.each(vectors.filter(({ expect: kind }) => kind === 'reject'))(
    'is refused: $value ($code)',
    ({ value }) => expect(problem(value)).toBeTypeOf('string'),
  )

  it.each(vectors.filter(({ expect: kind }) => kind === 'accept'))('is taken: $value ($code)', ({ value }) =>
    expect(problem(value)).toBeUndefined(),
  )
})
