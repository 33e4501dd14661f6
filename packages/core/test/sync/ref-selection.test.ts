import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGitferryError } from '../../src/errors/index.ts'
import { overlapsItself, parseRefSelection, type SelectedRefs } from '../../src/sync/ref-selection.ts'

const branch: SelectedRefs = {
  mode: 'branch',
  source_branch: 'main',
  target_branch: 'copy',
  refs: [],
  exclude: [],
  tags: false,
}
const mirror: SelectedRefs = { ...branch, mode: 'mirror', source_branch: '', target_branch: '' }
const ofMirror = (given: Partial<SelectedRefs>) => parseRefSelection({ ...mirror, ...given })

function refusal(task: SelectedRefs) {
  try {
    parseRefSelection(task)
  } catch (error) {
    if (isGitferryError(error))
      return { code: error.code, message: error.message, field: error.details.field }
    throw error
  }
  return undefined
}

describe('what a task of one branch selects', () => {
  it('is that branch and nothing else', () => {
    const selection = parseRefSelection(branch)
    expect(selection).toMatchObject({ heads: true, tags: false })
    expect(selection.targetOf('refs/heads/main')).toBe('refs/heads/copy')
    expect(selection.targetOf('refs/heads/copy')).toBeNull()
    expect(selection.targetOf('refs/tags/main')).toBeNull()
    expect(selection.sourceOf('refs/heads/copy')).toBe('refs/heads/main')
    expect(selection.covers('refs/heads/main')).toBe(false)
  })

  it('is every tag as well, if it says so', () => {
    const selection = parseRefSelection({ ...branch, tags: true })
    expect(selection).toMatchObject({ heads: true, tags: true })
    expect(selection.targetOf('refs/tags/a/b')).toBe('refs/tags/a/b')
    expect(selection.covers('refs/heads/other')).toBe(false)
  })

  it.each([
    [{ refs: ['refs/heads/*'] }, 'INVALID_INPUT', 'refs: must be empty unless mode is "mirror"'],
    [{ exclude: ['refs/heads/x'] }, 'INVALID_INPUT', 'exclude: must be empty unless mode is "mirror"'],
    [{ source_branch: '' }, 'REF_INVALID', 'source_branch: must not be empty'],
    [{ target_branch: 'a*' }, 'REF_INVALID', 'target_branch: must not hold a space or any of ~ ^ : ? * [ \\'],
  ])('is refused: %j', (given, code, message) => {
    expect(refusal({ ...branch, ...given })).toEqual({ code, message, field: message.split(':')[0] })
  })
})

describe('what a mirror selects', () => {
  it.each<[string, Partial<SelectedRefs>, Record<string, string | null>]>([
    [
      'every branch',
      {},
      { 'refs/heads/a/b': 'refs/heads/a/b', 'refs/tags/v1': null, 'refs/notes/x': null, HEAD: null },
    ],
    [
      'every branch and tag',
      { tags: true },
      { 'refs/heads/a': 'refs/heads/a', 'refs/tags/v1': 'refs/tags/v1' },
    ],
    [
      'what it names, and every tag',
      { refs: ['refs/heads/release/*'], tags: true },
      {
        'refs/heads/a': null,
        'refs/heads/release/1': 'refs/heads/release/1',
        'refs/tags/v1': 'refs/tags/v1',
      },
    ],
    [
      'the tags that it names, and no others',
      { refs: ['refs/heads/*', 'refs/tags/v*'], tags: true },
      { 'refs/tags/v1': 'refs/tags/v1', 'refs/tags/w1': null },
    ],
    [
      'tags alone',
      { refs: ['refs/tags/*'], tags: true },
      { 'refs/tags/v1': 'refs/tags/v1', 'refs/heads/main': null },
    ],
    [
      'by the first entry that matches',
      { refs: ['refs/heads/main:refs/heads/trunk', 'refs/heads/*:refs/heads/up/*', 'refs/heads/x'] },
      {
        'refs/heads/main': 'refs/heads/trunk',
        'refs/heads/x': 'refs/heads/up/x',
        'refs/heads/a/b': 'refs/heads/up/a/b',
      },
    ],
    [
      'all but what it excludes',
      { refs: ['refs/heads/wip/x', 'refs/heads/*'], exclude: ['refs/heads/wip/*'] },
      { 'refs/heads/wip/x': null, 'refs/heads/wip': 'refs/heads/wip' },
    ],
    [
      'what a "*" in the middle stands for',
      { refs: ['refs/heads/a-*-z:refs/heads/*/end'] },
      {
        'refs/heads/a-$&-z': 'refs/heads/$&/end',
        'refs/heads/a-z': null,
        'refs/heads/a--z': 'refs/heads//end',
      },
    ],
  ])('is %s', (_, given, names) => {
    const selection = ofMirror(given)
    const found = Object.keys(names).map((name) => [name, selection.targetOf(name)])
    expect(Object.fromEntries(found)).toEqual(names)
  })

  it.each([
    [{}, { heads: true, tags: false }],
    [{ tags: true }, { heads: true, tags: true }],
    [
      { refs: ['refs/tags/*'], tags: true },
      { heads: false, tags: true },
    ],
  ])('says what to list: %j', (given, namespaces) => {
    expect(ofMirror(given)).toMatchObject(namespaces)
  })

  it.each<[string, Partial<SelectedRefs>, Record<string, string | null>]>([
    ['what keeps its name', {}, { 'refs/heads/a': 'refs/heads/a', 'refs/tags/a': null }],
    [
      'what it renames, by its name at the source',
      { refs: ['refs/heads/*:refs/heads/up/*'] },
      { 'refs/heads/up/a': 'refs/heads/a', 'refs/heads/a': null },
    ],
    [
      'nothing whose source is excluded',
      { refs: ['refs/heads/*:refs/heads/up/*'], exclude: ['refs/heads/wip'] },
      { 'refs/heads/up/wip': null, 'refs/heads/up/x': 'refs/heads/x' },
    ],
    [
      'nothing whose source goes elsewhere by an earlier entry',
      { refs: ['refs/heads/main:refs/heads/trunk', 'refs/heads/*'] },
      { 'refs/heads/main': null, 'refs/heads/trunk': 'refs/heads/main' },
    ],
    [
      'nothing whose source could be no ref',
      { refs: ['refs/heads/a/*:refs/heads/b*'] },
      { 'refs/heads/b': null, 'refs/heads/bx': 'refs/heads/a/x' },
    ],
  ])('covers at the target %s', (_, given, names) => {
    const selection = ofMirror(given)
    const found = Object.keys(names).map((name) => [name, selection.sourceOf(name)])
    expect(Object.fromEntries(found)).toEqual(names)
  })

  it.each([
    [
      { refs: ['main'] },
      'REF_INVALID',
      'refs: "main" must be a full name; write "refs/heads/main", or "refs/tags/main" for a tag',
    ],
    [
      { refs: ['refs/heads/*', 'refs/pull/*'] },
      'REF_INVALID',
      'refs: "refs/pull/*" must begin with "refs/heads/" or "refs/tags/"; nothing else is synced',
    ],
    [
      { refs: ['+refs/heads/*'] },
      'REF_INVALID',
      'refs: "+refs/heads/*" must not begin with "+": nothing is forced blindly; say it with on_diverge "overwrite"',
    ],
    [
      { refs: ['^refs/heads/x'] },
      'REF_INVALID',
      'refs: "^refs/heads/x" must not begin with "^"; name what to leave out in exclude',
    ],
    [{ refs: ['refs/heads/a:b:c'] }, 'REF_INVALID', 'refs: "refs/heads/a:b:c" must hold ":" at most once'],
    [
      { refs: [':refs/heads/a'] },
      'REF_INVALID',
      'refs: ":refs/heads/a" must name both sides: "refs/heads/a:refs/heads/b"',
    ],
    [
      { refs: ['refs/heads/a:'] },
      'REF_INVALID',
      'refs: "refs/heads/a:" must name both sides: "refs/heads/a:refs/heads/b"',
    ],
    [
      { refs: ['refs/heads/*:b'] },
      'REF_INVALID',
      'refs: "refs/heads/*:b" must be a full name; write "refs/heads/b", or "refs/tags/b" for a tag',
    ],
    [
      { refs: ['refs/heads/*:refs/heads/x'] },
      'REF_INVALID',
      'refs: "refs/heads/*:refs/heads/x" must hold one "*" on both sides of ":", or none on either',
    ],
    [
      { refs: ['refs/heads/*/*:refs/heads/*-*'] },
      'REF_INVALID',
      'refs: "refs/heads/*/*:refs/heads/*-*" must hold one "*" on both sides of ":", or none on either',
    ],
    [
      { refs: ['refs/heads/?:refs/heads/x?'] },
      'REF_INVALID',
      'refs: "refs/heads/?:refs/heads/x?" must not hold "?" where it renames; write "*"',
    ],
    [
      { refs: ['refs/heads/*:refs/tags/*'], tags: true },
      'REF_INVALID',
      'refs: "refs/heads/*:refs/tags/*" must stay in its place: a branch becomes a branch ("refs/heads/…"), a tag a tag',
    ],
    [{ refs: ['refs/tags/v*'] }, 'INVALID_INPUT', 'tags: must be true, for refs names tags (refs/tags/v*)'],
    [
      { exclude: ['wip'] },
      'REF_INVALID',
      'exclude: "wip" must be a full name; write "refs/heads/wip", or "refs/tags/wip" for a tag',
    ],
    [
      { exclude: ['^refs/heads/a'] },
      'REF_INVALID',
      'exclude: "^refs/heads/a" must not begin with "^"; write the name alone',
    ],
    [
      { exclude: ['refs/heads/a:refs/heads/b'] },
      'REF_INVALID',
      'exclude: "refs/heads/a:refs/heads/b" must name refs of the source alone, without ":" and what follows',
    ],
  ])('is refused: %j', (given, code, message) => {
    expect(refusal({ ...mirror, ...given })).toEqual({ code, message, field: message.split(':')[0] })
  })
})

const entry = fc.constantFrom(
  'refs/heads/*',
  'refs/heads/a',
  'refs/heads/a*',
  'refs/heads/b/*',
  'refs/heads/*:refs/heads/a/*',
  'refs/heads/a*:refs/heads/b/*',
  'refs/heads/a/*:refs/heads/*',
  'refs/heads/a:refs/heads/b',
  'refs/tags/*:refs/tags/a*',
)
const exclusion = fc.constantFrom('refs/heads/a', 'refs/heads/a/*', 'refs/heads/*b', 'refs/tags/?')
const name = fc
  .tuple(
    fc.constantFrom('refs/heads/', 'refs/tags/'),
    fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 4 }),
  )
  .map((parts) => parts.join(''))
const selections = fc
  .record({ refs: fc.array(entry, { maxLength: 4 }), exclude: fc.array(exclusion, { maxLength: 2 }) })
  .map((given) => ofMirror({ ...given, tags: true }))

describe('a selection', () => {
  it('finds at the target exactly what it puts there', () => {
    fc.assert(
      fc.property(selections, name, (selection, ref) => {
        const source = selection.sourceOf(ref)
        if (source !== null) expect(selection.targetOf(source)).toBe(ref)
        expect(selection.covers(ref)).toBe(source !== null)
        const target = selection.targetOf(ref)
        // but for names that no ref has
        if (target !== null && !/\/\/|\/$/.test(`${ref} ${target}`))
          expect(selection.covers(target)).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })

  it('that does not overlap itself never writes what it reads', () => {
    let seen = 0
    const renaming = fc
      .record({
        refs: fc.array(entry, { minLength: 1, maxLength: 2 }),
        exclude: fc.array(exclusion, { maxLength: 2 }),
      })
      .map((given) => ofMirror({ ...given, tags: given.refs.some((ref) => ref.startsWith('refs/tags/')) }))
    fc.assert(
      fc.property(renaming, name, (selection, ref) => {
        const target = overlapsItself(selection) ? null : selection.targetOf(ref)
        if (target === null) return
        seen += 1
        expect(selection.targetOf(target)).toBeNull()
      }),
      { numRuns: 20_000 },
    )
    expect(seen).toBeGreaterThan(100)
  })

  it.each<[Partial<SelectedRefs>, boolean]>([
    [{}, true],
    [{ refs: ['refs/heads/main:refs/heads/copy'] }, false],
    [{ refs: ['refs/heads/main:refs/heads/copy'], tags: true }, true],
    [{ refs: ['refs/heads/*:refs/heads/up/*'] }, true],
    [{ refs: ['refs/heads/*:refs/heads/up/*'], exclude: ['refs/heads/up/*'] }, false],
    [{ refs: ['refs/heads/*:refs/heads/up/*'], exclude: ['refs/heads/up/a*'] }, true],
    [{ refs: ['refs/heads/a/*:refs/heads/b/*'] }, false],
    [{ refs: ['refs/heads/a'], exclude: ['refs/heads/*'] }, false],
    [{ refs: ['refs/heads/a/*:refs/heads/b/*', 'refs/heads/b/*:refs/heads/c/*'] }, true],
    [{ refs: ['refs/heads/a:refs/heads/b', 'refs/heads/b:refs/heads/a'] }, true],
  ])('of one place overlaps itself: %j %s', (given, overlaps) => {
    expect(overlapsItself(ofMirror(given))).toBe(overlaps)
  })

  it('of one branch overlaps itself where it is the same branch', () => {
    expect(overlapsItself(parseRefSelection(branch))).toBe(false)
    expect(overlapsItself(parseRefSelection({ ...branch, target_branch: 'main' }))).toBe(true)
  })
})
