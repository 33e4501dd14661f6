import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGitferryError } from '../../src/errors/index.ts'
import type { GitCommand } from '../../src/git/command.ts'
import { fetch } from '../../src/git/commands/fetch.ts'
import { forEachRef } from '../../src/git/commands/for-each-ref.ts'
import { pushRefs } from '../../src/git/commands/push.ts'
import { updateRefs } from '../../src/git/commands/update-ref.ts'
import { isFullRef, requireRefPattern } from '../../src/git/full-ref.ts'

interface Vector {
  readonly field: string
  readonly value: string | null
  readonly gen?: { readonly repeat: string; readonly times: number; readonly suffix: string }
}

const corpus = JSON.parse(
  readFileSync(new URL('../fixtures/hostile-inputs.json', import.meta.url), 'utf8'),
) as Vector[]
const names = corpus
  .filter(({ field }) => field === 'ref' || field === 'observed_ref')
  .map(({ value, gen }) => value ?? (gen ? gen.repeat.repeat(gen.times) + gen.suffix : ''))
const hostile = [
  ...names.flatMap((name) => [name, `refs/heads/${name}`]),
  'refs/heads/main:refs/heads/prod',
  '+refs/heads/main',
  'refs/heads/a\0delete refs/heads/main',
  'refs/heads/a\ndelete refs/heads/main',
  'refs/heads/*',
  'refs/heads/a:b',
]
const oid = '1'.repeat(40)

/** Nothing of an input stands where git reads options, and nothing splits a line that git reads. */
function isHarmless({ args, stdin = '' }: GitCommand<unknown>, name: string): boolean {
  const end = args.includes('--end-of-options') ? args.indexOf('--end-of-options') : args.length
  const options = args.slice(0, end).filter((arg) => !arg.startsWith(`--force-with-lease=${name}:`))
  return (
    options.every((arg) => name === '' || !arg.includes(name)) &&
    args.every((arg) => !/\p{Cc}/u.test(arg)) &&
    String(stdin).split('\n').length <= 2
  )
}

describe.each<[string, (name: string) => GitCommand<unknown>]>([
  ['fetch by source', (name) => fetch({ url: 'x', protocol: 'file', refspecs: [{ source: name }] })],
  [
    'fetch by target',
    (name) => fetch({ url: 'x', protocol: 'file', refspecs: [{ source: 'refs/heads/x', target: name }] }),
  ],
  ['push', (ref) => pushRefs({ url: 'x', protocol: 'file', updates: [{ ref, oid, expected: oid }] })],
  [
    'push by oid',
    (name) =>
      pushRefs({ url: 'x', protocol: 'file', updates: [{ ref: 'refs/heads/x', oid: name, expected: null }] }),
  ],
  [
    'push by lease',
    (name) =>
      pushRefs({ url: 'x', protocol: 'file', updates: [{ ref: 'refs/heads/x', oid, expected: name }] }),
  ],
  ['updateRefs', (ref) => updateRefs([{ ref, oid, expected: oid }])],
  ['updateRefs by oid', (name) => updateRefs([{ ref: 'refs/heads/x', oid: name, expected: name }])],
  ['forEachRef', (name) => forEachRef([name])],
])('%s', (_, command) => {
  it.each(hostile)('%j is refused, or can do nothing', (name) => {
    let made: GitCommand<unknown>
    try {
      made = command(name)
    } catch (error) {
      expect(isGitferryError(error, 'REF_INVALID') || isGitferryError(error, 'INVALID_INPUT')).toBe(true)
      return
    }
    expect(isHarmless(made, name)).toBe(true)
  })
})

describe('isFullRef', () => {
  it.each([
    'refs/heads/main',
    'refs/heads/-x',
    'refs/heads/a;touch$IFS',
    'refs/heads/HEAD',
    'refs/heads/refs/heads/x',
    'refs/heads/é',
    'refs/heads/@',
    'refs/pull/1/head',
    'refs/stash',
  ])('%s', (name) => expect(isFullRef(name)).toBe(true))

  it.each([
    'main',
    'HEAD',
    'refs/',
    'refs//x',
    'refs/heads/',
    'refs/heads/a.lock',
    'refs/heads/.a',
    'refs/heads/a..b',
    'refs/heads/a.',
    'refs/heads/a@{1}',
    'refs/heads/\u{fffd}',
    'refs/heads/\ud800',
  ])('not %j', (name) => expect(isFullRef(name)).toBe(false))

  it('allows no name that git forbids', () => {
    const name = fc
      .string({ unit: fc.constantFrom(...'ab/.-@{}~^:?*[\\ \u007f+é'), minLength: 1, maxLength: 12 })
      .map((text) => `refs/heads/${text}`)
    const isFormat = (ref: string): boolean => {
      try {
        execFileSync('git', ['check-ref-format', ref], { stdio: 'ignore' })
        return true
      } catch {
        return false
      }
    }
    fc.assert(
      fc.property(name, (ref) => isFullRef(ref) === isFormat(ref)),
      { numRuns: 60 },
    )
  })
})

describe('requireRefPattern', () => {
  it.each(['refs/heads/*', 'refs/*', 'refs/heads/a*b', 'refs/heads/main'])('%s', (pattern) => {
    expect(requireRefPattern(pattern)).toBe(pattern)
  })
  it.each(['*', 'refs/heads/**', 'refs/heads/*/*', 'refs/heads/*:x', '+refs/heads/*'])(
    'not %s',
    (pattern) => {
      expect(() => requireRefPattern(pattern)).toThrow(expect.objectContaining({ code: 'REF_INVALID' }))
    },
  )
})
