import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AskedUpdate,
  headRefusal,
  matchesName,
  pushRules,
  refusalOf,
  ruleLines,
} from '../../src/protection/index.ts'
import { protectionCases } from './protection-cases.ts'

const part = fc.array(fc.constantFrom('a', 'b', '/', 'é', '*'), { maxLength: 8 }).map((all) => all.join(''))
const name = part.map((text) => text.replaceAll('*', ''))

const oid = 'a'.repeat(40)
const asked = (ref: string, more: Partial<AskedUpdate> = {}): AskedUpdate => ({
  ref,
  old: oid,
  new: oid,
  isForced: false,
  ...more,
})

describe('matchesName', () => {
  it('matches as a regular expression does in which * is everything', () => {
    fc.assert(
      fc.property(name, part, (given, pattern) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'su').test(given)
        expect(matchesName(given, pattern)).toBe(expected)
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes no other character for a wildcard', () => {
    for (const pattern of ['m?in', '[m]ain', 'm.in', '\\main', 'main$', '{main}']) {
      expect(matchesName('main', pattern)).toBe(false)
      expect(matchesName(pattern, pattern)).toBe(true)
    }
  })

  it('is quick with many wildcards', () => {
    const pattern = `${'*a'.repeat(200)}*b`
    expect(matchesName('a'.repeat(5_000), pattern)).toBe(false)
  })
})

describe('refusalOf', () => {
  it.each(protectionCases)('$role, $push_level on $kind $name: $what', (one) => {
    const rules = pushRules(one.role, [one])
    expect(refusalOf(asked(one.ref, one.update), rules)).toBe(one.refusal)
  })

  it('lets the strictest of several rules say why', () => {
    const rules = pushRules(30, [
      { kind: 'branch', name: 'main', push_level: 30 },
      { kind: 'branch', name: 'm*', push_level: 40 },
      { kind: 'branch', name: '*', push_level: 0 },
    ])
    expect(refusalOf(asked('refs/heads/main'), rules)).toBe('main is protected: no one may push to it.')
    expect(refusalOf(asked('refs/heads/main'), rules.slice(1))).toMatch('only admins')
  })

  it('never refuses more for a higher role, nor less for one rule more', () => {
    const rule = fc.record({
      kind: fc.constantFrom('branch' as const, 'tag' as const),
      name: part,
      push_level: fc.constantFrom(0 as const, 30 as const, 40 as const),
    })
    const update = fc.record({
      ref: fc.tuple(fc.constantFrom('heads', 'tags', 'notes'), name).map(([kind, n]) => `refs/${kind}/${n}`),
      old: fc.constantFrom(null, oid),
      new: fc.constantFrom(null, oid),
      isForced: fc.boolean(),
    })
    const property = fc.property(fc.array(rule, { maxLength: 4 }), rule, update, (rules, more, given) => {
      const isRefused = (role: 20 | 30 | 40, of = rules) =>
        refusalOf(given, pushRules(role, of)) !== undefined
      if (isRefused(40)) expect(isRefused(30)).toBe(true)
      if (isRefused(30)) {
        expect(isRefused(20)).toBe(true)
        expect(isRefused(30, [...rules, more])).toBe(true)
      }
    })
    fc.assert(property, { numRuns: 1_000 })
  })
})

describe('ruleLines', () => {
  it('leaves out what no ref can be called, so that no name makes a second line', () => {
    const rules = pushRules(30, [
      { kind: 'branch', name: 'a\nbranch * -', push_level: 0 },
      { kind: 'tag', name: 'a b', push_level: 0 },
      { kind: 'branch', name: '', push_level: 0 },
      { kind: 'branch', name: 'main', push_level: 30 },
    ])
    expect(ruleLines(rules)).toBe('branch main -\n')
  })
})

describe('ruleLines', () => {
  it('leaves out what is about no ref, and keeps every name that a ref may have', () => {
    const named = (given: string) =>
      ruleLines(pushRules(30, [{ kind: 'branch', name: given, push_level: 30 }]))
    for (const given of ['', 'a b', 'a\nb', 'a\tb', 'a\x01b', 'a\x7fb']) expect(named(given)).toBe('')
    for (const given of ['a\x80b', 'a\x85b', 'a\x9fb', 'a\u2028b', 'é'])
      expect(named(given)).toBe(`branch ${given} -\n`)
  })
})

describe('headRefusal', () => {
  const rules = pushRules(30, [{ kind: 'branch', name: 'main', push_level: 40 }])

  it('keeps HEAD on a branch that the caller may not push to', () => {
    expect(headRefusal('refs/heads/main', rules)).toBe(
      'HEAD stays where it is: main is protected: only admins may push to it, and you are a developer here.',
    )
  })

  it('lets it leave every other branch, and no branch', () => {
    for (const head of ['refs/heads/other', null]) expect(headRefusal(head, rules)).toBeUndefined()
    const theirs = pushRules(40, [{ kind: 'branch', name: 'main', push_level: 40 }])
    expect(headRefusal('refs/heads/main', theirs)).toBeUndefined()
  })
})
