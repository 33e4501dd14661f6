import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemWithRefGlob } from '../../src/sync/full-ref-name.ts'
import { matchesRefGlob, mayOverlap, surelyContains } from '../../src/sync/ref-glob.ts'

/** The same question, put to a regular expression. */
const expression = (glob: string) =>
  new RegExp(
    `^${[...glob].map((symbol) => (symbol === '*' ? '.*' : symbol === '?' ? '.' : symbol.replace(/[/.$+]/, '\\$&'))).join('')}$`,
    'su',
  )

const few = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '😀'), maxLength: 8 })
const globs = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '😀', '*', '*', '?'), maxLength: 8 })

describe('a glob over ref names', () => {
  it.each([
    ['refs/heads/*', 'refs/heads/main', true],
    ['refs/heads/*', 'refs/heads/feature/x', true],
    ['refs/heads/*', 'refs/tags/main', false],
    ['refs/heads/*/x', 'refs/heads/a/b/x', true],
    ['refs/heads/*/x', 'refs/heads/x', false],
    ['refs/heads/v?', 'refs/heads/v1', true],
    ['refs/heads/v?', 'refs/heads/v10', false],
    ['refs/heads/v?', 'refs/heads/v', false],
    ['refs/heads/?', 'refs/heads/😀', true],
    ['refs/heads/main', 'refs/heads/main', true],
    ['refs/heads/main', 'refs/heads/mainline', false],
    ['refs/heads/a.b', 'refs/heads/axb', false],
    ['refs/heads/(a|b)+$', 'refs/heads/a', false],
    ['refs/heads/(a|b)+$', 'refs/heads/(a|b)+$', true],
    ['refs/heads/a**b', 'refs/heads/ab', true],
  ])('%s of %s: %s', (glob, name, matches) => {
    expect(matchesRefGlob(glob, name)).toBe(matches)
  })

  it('matches what a regular expression made of it matches', () => {
    fc.assert(
      fc.property(globs, few, (glob, name) => {
        expect(matchesRefGlob(glob, name)).toBe(expression(glob).test(name))
      }),
      { numRuns: 5_000 },
    )
  })

  it('is done with at most pattern × name steps, however many wildcards it has', () => {
    let steps = 0
    const name = `refs/heads/${'a'.repeat(2_000)}`
    // every look at a symbol of the glob counts
    const glob = new Proxy(new String(`refs/heads/${'*a'.repeat(200)}b`), {
      get(text, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) steps += 1
        return Reflect.get(text, key)
      },
    })
    expect(matchesRefGlob(glob as unknown as string, name)).toBe(false)
    expect(steps).toBeGreaterThan(2_000)
    expect(steps).toBeLessThan(2 * glob.length * name.length)
  })

  it.each([
    ['main', 'must be a full name; write "refs/heads/main", or "refs/tags/main" for a tag'],
    ['heads/main', 'must be a full name; write "refs/heads/main"'],
    ['tags/*', 'must be a full name; write "refs/tags/*"'],
    ['*', 'must be a full name; write "refs/heads/*", or "refs/tags/*" for a tag'],
    ['refs/*', 'must begin with "refs/heads/" or "refs/tags/"; nothing else is synced'],
    ['refs/notes/x', 'must begin with "refs/heads/" or "refs/tags/"; nothing else is synced'],
    ['refs/heads*/x', 'must begin with "refs/heads/" or "refs/tags/"; nothing else is synced'],
    ['refs/heads/', 'must not end with "/" or hold "//"'],
    ['refs/heads/a/', 'must not end with "/" or hold "//"'],
    ['refs/heads/*//a', 'must not end with "/" or hold "//"'],
    ['refs/heads/*.lock', 'no part of it may end with ".lock"'],
    ['refs/heads/a.lock/*', 'no part of it may end with ".lock"'],
    ['refs/heads/.*', 'no part of it may begin with "."'],
    ['refs/heads/a..*', 'must not hold ".."'],
    ['refs/heads/@{*', 'must not hold "@{"'],
    ['refs/heads/*.', 'must not end with "."'],
    ['refs/heads/\u{fffd}', 'must be valid UTF-8'],
    ...[' ', '~', '^', ':', '[', '\\', '\n', '\0', '\x7f'].map((symbol) => [
      `refs/heads/a${symbol}*`,
      'must not hold a space, a control character or any of ~ ^ : [ \\',
    ]),
  ])('is refused where no ref can be called so: %j', (glob, problem) => {
    expect(problemWithRefGlob(glob!)).toBe(problem)
  })

  it.each([
    'refs/heads/*',
    'refs/tags/v?.?',
    'refs/heads/**',
    'refs/heads/-x',
    'refs/heads/@',
    'refs/heads/ü*',
  ])('is taken: %s', (glob) => {
    expect(problemWithRefGlob(glob)).toBeUndefined()
  })
})

describe('two globs', () => {
  /** A name, and two globs that match it: some of its characters have become wildcards. */
  const nameAndGlobs = fc
    .array(fc.tuple(fc.constantFrom('a', 'b', '/'), fc.nat(4), fc.nat(4)), { maxLength: 8 })
    .map((symbols) => {
      const written = (symbol: string, choice: number) => (choice === 0 ? '*' : choice === 1 ? '?' : symbol)
      return {
        name: symbols.map(([symbol]) => symbol).join(''),
        one: symbols.map(([symbol, choice]) => written(symbol, choice)).join(''),
        other: symbols.map(([symbol, _, choice]) => written(symbol, choice)).join(''),
      }
    })

  it('that match one name may overlap', () => {
    fc.assert(
      fc.property(nameAndGlobs, ({ name, one, other }) => {
        expect([matchesRefGlob(one, name), matchesRefGlob(other, name)]).toEqual([true, true])
        expect([mayOverlap(one, other), mayOverlap(other, one)]).toEqual([true, true])
      }),
      { numRuns: 2_000 },
    )
  })

  it('of which one surely contains the other agree on every name of that one', () => {
    let seen = 0
    fc.assert(
      fc.property(nameAndGlobs, globs, fc.nat(8), ({ name, one }, other, length) => {
        for (const outer of [other, one, `${name.slice(0, length)}*`]) {
          if (!surelyContains(outer, one)) continue
          seen += 1
          expect(matchesRefGlob(outer, name)).toBe(true)
        }
      }),
      { numRuns: 5_000 },
    )
    expect(seen).toBeGreaterThan(5_000)
  })

  it.each([
    ['refs/heads/a/*', 'refs/heads/b/*', false],
    ['refs/heads/a/*', 'refs/heads/*', true],
    ['refs/heads/a', 'refs/heads/b', false],
    ['refs/heads/a/x', 'refs/heads/a/*', true],
  ])('%s and %s may overlap: %s', (one, other, overlap) => {
    expect(mayOverlap(one, other)).toBe(overlap)
  })
})
