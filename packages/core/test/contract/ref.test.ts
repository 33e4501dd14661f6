import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemWithRefName, refName } from '../../src/contract/index.ts'
import { repetitions } from '../repetitions.ts'
import { hostileValues } from './hostile-values.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-ref-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The branch name that git makes of `name`, or `undefined` when it refuses it. */
function accordingToGit(name: string): string | undefined {
  const { status, stdout, error } = spawnSync('git', ['check-ref-format', '--branch', name], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CEILING_DIRECTORIES: folder },
    encoding: 'utf8',
  })
  if (error) throw error
  return status === 0 ? stdout.replace(/\n$/, '') : undefined
}

/** What git allows, and a person's input may not hold all the same. */
const ours = [
  'must not begin with "+"',
  '"@" means something else to git',
  'must be a short name, without "refs/…"',
  'must not hold control characters',
  'must not hold invisible characters',
  'must be in Unicode normal form C',
  'must not look like an object name',
  /^must have at most 1000 bytes$/,
  /^no part of it may have more than 250 bytes$/,
]

const isOurs = (problem: string) =>
  ours.some((rule) => (typeof rule === 'string' ? rule === problem : rule.test(problem)))

const pieces = [
  ...['a', 'b', 'Z', '0', 'main', 'feature', 'x-1', 'ä', '漢', '🚀', 'e\u0301', '\u00e9', 'İ', 'ﬁ'],
  ...[
    '/',
    '//',
    '.',
    '..',
    '-',
    '--',
    '+',
    '@',
    '@{',
    '@{-1}',
    '{',
    '}',
    '#',
    '$',
    '%',
    '&',
    '(',
    ')',
    '=',
    '!',
  ],
  ...['~', '^', ':', '?', '*', '[', ']', '\\', ' ', '`', "'", '"', ';', '|', '<', '>', ',', '_'],
  ...['HEAD', 'refs/', 'heads/', 'tags/', '.lock', 'lock', '.git'],
  ...['\t', '\n', '\r', '\x01', '\x1b', '\x7f', '\x80', '\xa0', '\u200b', '\u202e', '\u2028', '\ufeff'],
  'a'.repeat(40),
  'f'.repeat(64),
  'x'.repeat(120),
]

const anyName = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
)

/** What an argument of a program can carry: no NUL, no half character. */
const canBeAsked = (name: string) => !name.includes('\0') && name.isWellFormed()

describe('the name of a branch', () => {
  it('that is accepted is accepted by git too, as it stands', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        fc.pre(problemWithRefName(name) === undefined)
        expect(accordingToGit(name)).toBe(name)
      }),
      { numRuns: repetitions(60) },
    )
  })

  it('that is refused is refused by git too, but for the rules of our own', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const problem = problemWithRefName(name)
        fc.pre(problem !== undefined && !isOurs(problem) && canBeAsked(name))
        expect(accordingToGit(name), problem).not.toBe(name)
      }),
      { numRuns: repetitions(60) },
    )
  })

  it('that is accepted holds no half characters', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        fc.pre(problemWithRefName(name) === undefined)
        expect(canBeAsked(name)).toBe(true)
      }),
      { numRuns: 150 },
    )
    expect(problemWithRefName('a\ud800')).toBe('must not hold invisible characters')
  })

  it.each(hostileValues('ref'))('$id ($code): $value', ({ value, expect: expected }) => {
    const problem = problemWithRefName(value)
    if (expected === 'reject') expect(problem).toMatch(/./)
    else expect(problem).toBeUndefined()
  })

  it.each([
    'main',
    'feature/x',
    'a@b',
    'a-b',
    'HEAD/x',
    'head',
    'x/HEAD',
    'fix(#12)',
    'a]b',
    'refs',
    'a/refs/heads/b',
    'lock',
    'a.lockx',
    '🚀',
    'é',
    'x'.repeat(250),
    'f'.repeat(39),
    'F'.repeat(40),
    'g'.repeat(40),
    [...Array(4).fill('x'.repeat(199)), 'x'.repeat(200)].join('/'),
  ])('may be %s', (name) => {
    expect(problemWithRefName(name)).toBeUndefined()
    expect(accordingToGit(name)).toBe(name)
  })

  it.each([
    ['', 'must not be empty'],
    ['a\nb', 'must not hold control characters'],
    ['a\u0085b', 'must not hold control characters'],
    ['-x', 'must not begin with "-"'],
    ['+main', 'must not begin with "+"'],
    ['@', '"@" means something else to git'],
    ['HEAD', '"HEAD" means something else to git'],
    ['refs/heads/main', 'must be a short name, without "refs/…"'],
    ['a..b', 'must not hold ".."'],
    ['a@{1}', 'must not hold "@{"'],
    ...[...' ~^:?*[\\'].map(
      (char) => [`a${char}b`, 'must not hold a space or any of ~ ^ : ? * [ \\'] as const,
    ),
    ['a\u200bb', 'must not hold invisible characters'],
    ['cafe\u0301', 'must be in Unicode normal form C'],
    ['0123456789abcdef0123456789abcdef01234567', 'must not look like an object name'],
    ['a'.repeat(64), 'must not look like an object name'],
    ['a.', 'must not end with "."'],
    ['/a', 'must not begin or end with "/" or hold "//"'],
    ['a/', 'must not begin or end with "/" or hold "//"'],
    ['a//b', 'must not begin or end with "/" or hold "//"'],
    ['a/.b', 'no part of it may begin with "."'],
    ['a.lock/b', 'no part of it may end with ".lock"'],
    ['x'.repeat(251), 'no part of it may have more than 250 bytes'],
    ['ä'.repeat(126), 'no part of it may have more than 250 bytes'],
    [[...Array(4).fill('x'.repeat(199)), 'x'.repeat(201)].join('/'), 'must have at most 1000 bytes'],
  ] as const)('may not be %j: %s', (name, problem) => {
    expect(problemWithRefName(name)).toBe(problem)
  })

  it('is refused with the code that the API documents, and taken as it is otherwise', () => {
    expect(refName.parse('feature/x')).toBe('feature/x')
    const { error } = refName.safeParse('a..b')
    expect(error?.issues).toMatchObject([
      { code: 'custom', message: 'must not hold ".."', params: { code: 'REF_INVALID' } },
    ])
  })

  it.each([[undefined], [null], [5], [true], [['main']], [{ toString: () => 'main' }]])(
    'must be text, not %j',
    (value) => {
      expect(refName.safeParse(value).error?.issues).toMatchObject([
        { code: 'invalid_type', message: 'must be text' },
      ])
    },
  )
})
